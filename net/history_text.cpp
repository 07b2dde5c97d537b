#include "net/history_text.hpp"

#include "net/answer_block.hpp"
#include "net/broker_reply.hpp"

namespace claw {

namespace {

using nlohmann::json;

constexpr std::size_t shown_digits = 12;

/// `demo@<a full hash>` -> `demo@3f2a9c1b7d20`
std::string short_place(const json& data) {
  const auto place = string_member(data, "at");
  const auto sign = place.rfind('@');
  return sign == place.npos ? place : place.substr(0, sign + 1 + shown_digits);
}

std::string short_hash(const json& object, const char* key) {
  return string_member(object, key).substr(0, shown_digits);
}

std::string and_path(const json& data) {
  const auto path = string_member(data, "path");
  return path.empty() ? "" : ", " + path;
}

/// `2026-01-02T03:04:05+00:00` -> `2026-01-02`
std::string day(const json& commit) {
  const auto date = string_member(commit, "date");
  return date.substr(0, date.find('T'));
}

std::string log_text(const json& data, text_style style) {
  std::string lines;
  if (const auto& commits = member(data, "commits"); commits.is_array())
    for (const auto& commit : commits)
      if (commit.is_object())
        lines += short_hash(commit, "hash") + " " + day(commit) + " " + string_member(commit, "author") + ": "
                 + string_member(commit, "subject") + "\n";
  return short_place(data) + and_path(data) + "\n" + (lines.empty() ? "No commits." : block(lines, style));
}

std::string changes_text(const json& data, text_style style) {
  const auto diff = string_member(data, "diff");
  return diff.empty() ? "No changes." : block(diff, style);
}

std::string diff_text(const json& data, text_style style) {
  const auto to = short_hash(data, "to");
  return short_place(data) + and_path(data) + ": " + short_hash(data, "from") + " to "
         + (to.empty() ? "what is not committed" : to) + "\n" + changes_text(data, style);
}

std::string show_text(const json& data, text_style style) {
  auto text = short_place(data) + and_path(data) + "\n" + string_member(data, "author") + ", "
              + string_member(data, "date") + "\n" + string_member(data, "subject") + "\n";
  if (const auto body = string_member(data, "body"); !body.empty())
    text += "\n" + body + "\n";
  return text + changes_text(data, style);
}

std::string blame_text(const json& data, text_style style) {
  const auto lines = string_member(data, "lines");
  return short_place(data) + and_path(data) + ", lines " + std::to_string(integer_member(data, "start")) + " to "
         + std::to_string(integer_member(data, "end")) + "\n"
         + (lines.empty() ? "No such lines." : block(lines, style));
}

std::string tree_text(const json& data, text_style style) {
  const auto entries = string_member(data, "entries");
  return short_place(data) + and_path(data) + "\n" + (entries.empty() ? "Nothing in it." : block(entries, style));
}

} // namespace

std::optional<std::string> history_text(const std::string& command, const json& data, text_style style) {
  if (command == "repo_log")
    return log_text(data, style);
  if (command == "repo_diff")
    return diff_text(data, style);
  if (command == "repo_show")
    return show_text(data, style);
  if (command == "repo_blame")
    return blame_text(data, style);
  if (command == "repo_tree")
    return tree_text(data, style);
  return std::nullopt;
}

} // namespace claw
