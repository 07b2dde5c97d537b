#include "llm/git_history.hpp"

#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <algorithm>

namespace claw {
namespace {

constexpr int64_t commits_max = 100;
constexpr int64_t depth_max = 10;
constexpr std::size_t tree_bytes_max = 8U << 20; // of git's own listing, before folders below the depth are dropped
constexpr std::size_t blame_line_extra = 256;    // hash, author and date in front of a line
constexpr std::size_t hash_line_bytes_max = 256;

/// The content of a file in a commit.
outcome<std::string> file_in(const git_reader& git, const std::string& commit, const std::string& path) {
  const auto bytes_max = git.config.limits.file_bytes_max;
  const auto end = git.run({"cat-file", "blob", commit + ":" + path}, bytes_max + 1);
  if (!end)
    return end.error().why == repo_errors::git_failed ? repo_errors::failed(repo_errors::not_a_file) : end.error();
  if (end->output_cut || end->output.size() > bytes_max)
    return repo_errors::refused(repo_errors::file_too_large(bytes_max));
  return end->output;
}

int64_t count_lines(std::string_view text) {
  const auto breaks = std::count(text.begin(), text.end(), '\n');
  return breaks + (!text.empty() && text.back() != '\n' ? 1 : 0);
}

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) + 1;
}

/// One record of `ls-tree --long`: `mode type hash size`, a tab, the name.
std::string entry_line(std::string_view record) {
  const auto tab = std::min(record.find('\t'), record.size());
  const auto facts = record.substr(0, tab);
  auto name = to_utf8(record.substr(std::min(tab + 1, record.size())));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  if (facts.starts_with("040000"))
    return name + "/";
  if (facts.starts_with("160000"))
    return name + " (submodule)";
  if (facts.starts_with("120000"))
    return name + " (link)";
  return name + " (" + std::string(facts.substr(facts.find_last_of(' ') + 1)) + " bytes)";
}

} // namespace

outcome<std::string> checked_history_path(const std::string& path) {
  auto checked = checked_relative_path(path);
  if (!checked)
    return checked;
  if (enters_git_folder(*checked))
    return repo_errors::refused(repo_errors::git_folder);
  if (names_credentials(*checked))
    return repo_errors::refused(repo_errors::credentials);
  return checked;
}

outcome<std::string> git_commit(const git_reader& git, const std::string& revision) {
  const auto named = git.shadow.revision(revision);
  if (!named)
    return named.error();
  if (*named == git.shadow.head().hash)
    return *named;
  const auto end = git.run({"log", "-1", "--no-show-signature", "--no-color", "--no-decorate", "--no-notes",
                            "--format=%H", "--end-of-options", *named + "^{commit}", "--"},
                           hash_line_bytes_max);
  if (!end)
    return end.error().why == repo_errors::git_failed ? repo_errors::failed(repo_errors::no_revision) : end.error();
  auto hash = end->output.substr(0, end->output.find('\n'));
  if (!is_full_hash(hash))
    return repo_errors::failed(repo_errors::no_revision);
  return hash;
}

outcome<commit_log> git_log(const git_reader& git, const log_question& asked) {
  if (asked.count < 1 || asked.count > commits_max)
    return repo_errors::refused(repo_errors::bad_count);
  const auto path = checked_history_path(asked.path);
  if (!path)
    return path.error();
  auto at = git_commit(git, asked.revision);
  if (!at)
    return at.error();
  std::vector<std::string> arguments{"log", "-z", "--max-count=" + std::to_string(asked.count), "--no-show-signature",
                                     "--no-color", "--no-decorate", "--no-notes", "--no-ext-diff", "--no-textconv",
                                     "--no-patch", "--no-mailmap",
                                     // git ends a record with a NUL of its own
                                     "--format=%H%x00%an <%ae>%x00%aI%x00%s", "--end-of-options", *at, "--"};
  if (!path->empty())
    arguments.push_back(*path);
  const auto end = git.run(std::move(arguments), git.config.limits.output_bytes_max);
  if (!end)
    return end.error();
  commit_log result{std::move(*at), {}, end->output_cut};
  for (std::string_view rest = end->output; !rest.empty();) {
    auto commit = next_summary(rest);
    if (end->output_cut && rest.empty())
      break; // it is not whole
    result.commits.push_back(std::move(commit));
  }
  return result;
}

outcome<blamed_lines> git_blame(const git_reader& git, const blame_question& asked) {
  const auto path = checked_history_path(asked.path);
  if (!path)
    return path.error();
  if (path->empty())
    return repo_errors::refused(repo_errors::path_required);
  auto at = git_commit(git, asked.revision);
  if (!at)
    return at.error();
  const auto content = file_in(git, *at, *path);
  if (!content)
    return content.error();
  blamed_lines result{std::move(*at), "", asked.lines, count_lines(*content), false};
  result.shown.end = std::min(asked.lines.end, result.total_lines);
  if (result.shown.start > result.shown.end)
    return result; // behind the last line
  const auto bytes_max = git.config.limits.output_bytes_max;
  const auto lines = static_cast<std::size_t>(result.shown.end - result.shown.start + 1);
  const auto end = git.run({"blame", "--no-progress", "--no-textconv", "--no-ext-diff", "--date=short", "--abbrev=11",
                            "-L" + std::to_string(result.shown.start) + "," + std::to_string(result.shown.end),
                            result.at, "--", *path},
                           bytes_max + lines * blame_line_extra);
  if (!end)
    return end.error();
  const auto text = to_utf8(end->output);
  result.lines = cut_at_character(text, bytes_max);
  result.truncated = end->output_cut || result.lines.size() < text.size();
  return result;
}

outcome<tree_listing> git_tree(const git_reader& git, const tree_question& asked) {
  if (asked.depth < 1 || asked.depth > depth_max)
    return repo_errors::refused(repo_errors::bad_depth);
  const auto path = checked_history_path(asked.path);
  if (!path)
    return path.error();
  auto at = git_commit(git, asked.revision);
  if (!at)
    return at.error();
  std::vector<std::string> arguments{"ls-tree", "-z", "--long"};
  if (asked.depth > 1)
    arguments.insert(arguments.end(), {"-r", "-t"});
  arguments.push_back(*at + ":" + *path);
  const auto end = git.run(std::move(arguments), tree_bytes_max);
  if (!end)
    return end.error().why == repo_errors::git_failed ? repo_errors::failed(repo_errors::not_a_file) : end.error();
  tree_listing result{std::move(*at), "", end->output_cut};
  std::string_view rest = end->output;
  if (end->output_cut) // the last record is not whole
    rest = rest.substr(0, rest.rfind('\0') + 1);
  while (!rest.empty()) {
    const auto record = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(record.size() + 1, rest.size()));
    const auto name = record.substr(std::min(record.find('\t'), record.size()));
    if (depth_of(name) > static_cast<std::size_t>(asked.depth))
      continue;
    const auto line = entry_line(record) + "\n";
    if (result.entries.size() + line.size() > git.config.limits.output_bytes_max) {
      result.truncated = true;
      break;
    }
    result.entries += line;
  }
  return result;
}

} // namespace claw
