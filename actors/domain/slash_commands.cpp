#include "actors/domain/slash_commands.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/utf8_text.hpp"

#include <array>
#include <cstdio>
#include <string_view>

namespace claw {

namespace {

constexpr std::size_t choices_max = 25;
constexpr std::size_t choice_units_max = 100;

slash_option needed(const char* name, const char* description) {
  return {name, description, true, false, slash_option::kind::text};
}

slash_option optional_number(const char* name, const char* description) {
  return {name, description, false, false, slash_option::kind::number};
}

slash_option repo() {
  return {"repo", "A repository on the allowlist", true, true, slash_option::kind::text};
}

slash_option job_option() {
  return {"job_id", "The id of a job", true, true, slash_option::kind::text};
}

/// FNV-1a: only a change must show, nobody is kept out by it.
class digest {
public:
  void add(std::string_view text) {
    for (const char c : text)
      mix(static_cast<unsigned char>(c));
    mix(0x1f);
  }

  std::string text() const {
    std::array<char, 17> hex{};
    std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(value_));
    return hex.data();
  }

private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  uint64_t value_ = 0xcbf29ce484222325;
};

} // namespace

std::vector<slash_command> slash_commands() {
  const slash_option model{"model", "Which model answers; any may without it", false, true, slash_option::kind::text};
  const slash_option path{"path", "Only files under this path", false, false, slash_option::kind::text};
  return {
      {"ask", "Ask a model; it may look into the repositories", {needed("prompt", "Your question"), model}},
      {"ping", "A worker says pong", {needed("text", "What it says back")}},
      {"repos", "The repositories on the allowlist", {}},
      {"repostat", "Branch and changes of a repository", {repo()}},
      {"last", "The last commit of a repository", {repo()}},
      {"grep", "Matching lines of a repository", {repo(), needed("query", "What to look for"), path}},
      {"cat",
       "Lines of a file",
       {repo(), needed("path", "The file in the repository"),
        optional_number("start", "The first line, 1 unless given"), optional_number("end", "The last line")}},
      {"status", "State of a job, with its result", {job_option()}},
      {"cancel", "Ends a job", {job_option()}},
      {"retry", "Queues a failed job again", {job_option()}},
      {"jobs", "The newest jobs", {}},
      {"workers", "The workers", {}},
      {"queue", "What waits, and for which workers", {}},
      {"whoami", "Which bot this is, and which broker it asks", {}},
      {"help", "What you can say to the bot", {}},
  };
}

std::vector<slash_command> plain_commands(std::vector<slash_command> all) {
  for (auto& command : all)
    for (auto& option : command.options) {
      option.completed = false;
      option.what = slash_option::kind::text;
    }
  return all;
}

std::string slash_digest(const std::vector<slash_command>& all, snowflake application, snowflake guild) {
  digest sum;
  sum.add(to_string(application));
  sum.add(to_string(guild));
  for (const auto& command : all) {
    sum.add(command.name);
    sum.add(command.description);
    for (const auto& option : command.options) {
      sum.add(option.name);
      sum.add(option.description);
      sum.add(option.required ? "required" : "");
      sum.add(option.completed ? "completed" : "");
      sum.add(option.what == slash_option::kind::number ? "number" : "text");
    }
  }
  return sum.text();
}

std::vector<command_choice> matching_choices(const std::vector<command_choice>& all, const std::string& typed) {
  const auto wanted = in_lower_case(typed);
  std::vector<command_choice> some;
  for (const auto& x : all) {
    const bool fits = !x.value.empty() && utf16_units(x.value) <= choice_units_max; // one that is cut is another value
    if (some.size() < choices_max && fits && in_lower_case(x.name).find(wanted) != std::string::npos)
      some.push_back({clipped(x.name, choice_units_max), x.value});
  }
  return some;
}

} // namespace claw
