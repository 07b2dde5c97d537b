#include "actors/domain/chat_command.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/chat_route.hpp"
#include "actors/domain/chat_words.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace claw {

namespace {

using words = std::string_view; ///< what stands behind the command's own word
using question = chat_question::kind;

constexpr std::string_view prompt_wanted
    = "Please provide a prompt (e.g. ask vllm: your question here).";
constexpr int64_t lines_of_cat = 200;
constexpr std::size_t number_digits_max = 9; // a longer run of digits is a name

struct chat_row {
  std::string_view name;
  std::string_view arguments;
  std::string_view help;
  chat_command (*parse)(const chat_row& row, words rest, const caps& known_caps);
};

chat_advice usage(const chat_row& row) {
  return {"Usage: " + std::string{row.name} + " " + std::string{row.arguments}};
}

template <const char* Command>
chat_command bare_job(const chat_row&, words, const caps&) {
  return chat_job{Command, "", {}, ""};
}

/// The text may be empty only where that still makes sense.
template <const char* Command, bool MayBeEmpty>
chat_command text_job(const chat_row& row, words rest, const caps&) {
  if (rest.empty() && !MayBeEmpty)
    return usage(row);
  return chat_job{Command, std::string{rest}, {}, ""};
}

/// The first word alone.
template <const char* Command>
chat_command word_job(const chat_row& row, words rest, const caps&) {
  const auto word = take_word(rest);
  if (word.empty())
    return usage(row);
  return chat_job{Command, std::string{word}, {}, ""};
}

template <const char* Command>
chat_command repo_job(const chat_row& row, words rest, const caps&) {
  const auto repo = take_word(rest);
  if (repo.empty())
    return usage(row);
  return chat_job{Command, "", {{"repo", std::string{repo}}}, ""};
}

chat_command grep_job(const chat_row& row, words rest, const caps&) {
  const auto repo = take_word(rest);
  const auto query = take_quoted_word(rest);
  const auto path = take_word(rest);
  if (repo.empty() || query.empty())
    return usage(row);
  if (!rest.empty())
    return chat_advice{usage(row).text + " (put a query with blanks in double quotes)"};
  chat_job x{"repo_grep", "", {{"repo", std::string{repo}}, {"query", std::string{query}}}, ""};
  if (!path.empty())
    x.fields.emplace_back("path", std::string{path});
  return x;
}

std::optional<int64_t> line_number(words text) {
  int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > std::numeric_limits<int32_t>::max())
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

chat_command cat_job(const chat_row& row, words rest, const caps&) {
  const auto repo = take_word(rest);
  const auto path = take_word(rest);
  const auto first = take_word(rest);
  const auto last = take_word(rest);
  if (path.empty())
    return usage(row);
  const auto start = first.empty() ? std::optional<int64_t>{1} : line_number(first);
  if (!start)
    return usage(row);
  const auto end
      = last.empty() ? std::optional<int64_t>{*start + lines_of_cat - 1} : line_number(last);
  if (!end)
    return usage(row);
  return chat_job{
      "repo_readfile",
      "",
      {{"repo", std::string{repo}}, {"path", std::string{path}}, {"start", *start}, {"end", *end}},
      ""};
}

/// The first word as a repo, or as `repo@revision`, which is how answers about the history name where they come from.
/// @returns a job without a repo where there is no word
chat_job history_job(const char* command, words& rest) {
  const auto word = take_word(rest);
  chat_job x{command, "", {}, ""};
  if (word.empty())
    return x;
  const auto at = std::min(word.rfind('@'), word.size());
  x.fields.emplace_back("repo", std::string{word.substr(0, at)});
  if (at + 1 < word.size())
    x.fields.emplace_back("rev", std::string{word.substr(at + 1)});
  return x;
}

bool is_number(words text) {
  return !text.empty() && text.size() <= number_digits_max && line_number(text);
}

/// A path and a number, either of which may be left out: `log <repo> [path] [count]`.
template <const char* Command, const char* Number>
chat_command counted_job(const chat_row& row, words rest, const caps&) {
  auto x = history_job(Command, rest);
  auto path = take_word(rest);
  auto number = take_word(rest);
  if (number.empty() && is_number(path))
    std::swap(path, number);
  if (x.fields.empty() || !rest.empty() || (!number.empty() && !is_number(number)))
    return usage(row);
  if (!path.empty())
    x.fields.emplace_back("path", std::string{path});
  if (!number.empty())
    x.fields.emplace_back(Number, *line_number(number));
  return x;
}

/// `diff <repo> [from[..to]] [path]`
chat_command diff_job(const chat_row& row, words rest, const caps&) {
  const auto repo = take_word(rest);
  const auto sides = take_word(rest);
  const auto path = take_word(rest);
  if (repo.empty() || !rest.empty())
    return usage(row);
  chat_job x{"repo_diff", "", {{"repo", std::string{repo}}}, ""};
  const auto dots = std::min(sides.find(".."), sides.size());
  if (dots > 0)
    x.fields.emplace_back("from", std::string{sides.substr(0, dots)});
  if (dots < sides.size()) // as git has it, an end that is left out is HEAD
    x.fields.emplace_back("to", dots + 2 < sides.size() ? std::string{sides.substr(dots + 2)} : "HEAD");
  if (!path.empty())
    x.fields.emplace_back("path", std::string{path});
  return x;
}

/// `show <repo> [revision] [path]`
chat_command show_job(const chat_row& row, words rest, const caps&) {
  auto x = history_job("repo_show", rest);
  const auto revision = x.fields.size() < 2 ? take_word(rest) : words{};
  const auto path = take_word(rest);
  if (x.fields.empty() || !rest.empty())
    return usage(row);
  if (!revision.empty())
    x.fields.emplace_back("rev", std::string{revision});
  if (!path.empty())
    x.fields.emplace_back("path", std::string{path});
  return x;
}

chat_command blame_job(const chat_row& row, words rest, const caps& known_caps) {
  auto x = history_job("repo_blame", rest);
  if (x.fields.empty())
    return usage(row);
  // What stands behind the repo is that of `cat`.
  const auto lines = cat_job(row, "repo " + std::string{rest}, known_caps);
  const auto* cat = std::get_if<chat_job>(&lines);
  if (!cat)
    return lines;
  x.fields.insert(x.fields.end(), cat->fields.begin() + 1, cat->fields.end());
  return x;
}

chat_command ask_job(const chat_row&, words rest, const caps& known_caps) {
  auto routed = route_prompt(rest, known_caps);
  if (routed.prompt.empty())
    return chat_advice{std::string{prompt_wanted}};
  chat_job x{"llm_task", "", {{"prompt", std::move(routed.prompt)}}, routed.cap};
  if (!routed.cap.empty())
    x.fields.emplace_back("preferred", routed.cap);
  return x;
}

template <question What>
chat_command plain_question(const chat_row&, words, const caps&) {
  return chat_question{What, ""};
}

template <question What>
chat_command job_question(const chat_row& row, words rest, const caps&) {
  const auto id = take_word(rest);
  if (id.empty())
    return usage(row);
  return chat_question{What, std::string{id}};
}

constexpr char ping[] = "ping", capabilities[] = "capabilities", plan_echo[] = "plan_echo",
               approve_echo[] = "approve_echo", repo_list[] = "repo_list",
               repo_status[] = "repo_status", repo_last_commit[] = "repo_last_commit", repo_log[] = "repo_log",
               repo_tree[] = "repo_tree", count[] = "count", depth[] = "depth";

constexpr std::array rows{
    chat_row{"ask", "[vllm:|jetson:] <text>",
             "A question for a model that may look into the repos.", ask_job},
    chat_row{"urgo", "[vllm:|jetson:] <text>", "The same as ask.", ask_job},
    chat_row{"repos", "", "The repos on the allowlist.", bare_job<repo_list>},
    chat_row{"repostat", "<repo>", "Branch and changes of a repo.", repo_job<repo_status>},
    chat_row{"last", "<repo>", "The last commit of a repo.", repo_job<repo_last_commit>},
    chat_row{"grep", "<repo> <query> [path]",
             "Searches; a query with blanks stands in double quotes.", grep_job},
    chat_row{"cat", "<repo> <path> [start] [end]", "Lines of a file.", cat_job},
    chat_row{"log", "<repo> [path] [count]", "The newest commits, or those that changed a path.",
             counted_job<repo_log, count>},
    chat_row{"diff", "<repo> [from[..to]] [path]", "What is not committed, or what changed since or between commits.",
             diff_job},
    chat_row{"show", "<repo> [commit] [path]", "One commit and what it changed.", show_job},
    chat_row{"blame", "<repo> <path> [start] [end]", "Who changed each line last.", blame_job},
    chat_row{"tree", "<repo> [path] [depth]", "Files and folders.", counted_job<repo_tree, depth>},
    chat_row{"ping", "<text>", "Is a worker there?", text_job<ping, true>},
    chat_row{"capabilities", "", "What the worker that answers can do.", bare_job<capabilities>},
    chat_row{"plan", "<text>", "Makes a plan that does nothing, to try approvals.",
             text_job<plan_echo, false>},
    chat_row{"approve", "<plan_id>", "Approves such a plan.", word_job<approve_echo>},
    chat_row{"status", "<job_id>", "State of a job, with its result or error.",
             job_question<question::status>},
    chat_row{"cancel", "<job_id>", "Ends a job.", job_question<question::cancel>},
    chat_row{"retry", "<job_id>", "Queues a failed job again.", job_question<question::retry>},
    chat_row{"jobs", "", "The newest jobs.", plain_question<question::jobs>},
    chat_row{"workers", "", "The workers that the broker knows.",
             plain_question<question::workers>},
    chat_row{"queue", "", "What waits, and for which caps.", plain_question<question::queue>},
    chat_row{"whoami", "", "Who answers here, and for whom.", plain_question<question::whoami>},
    chat_row{"help", "", "These lines.", plain_question<question::help>},
};

std::string one_line_help() {
  std::string line = "Commands:";
  for (const auto& row : rows) {
    line += line.back() == ':' ? " " : ", ";
    line += row.name;
  }
  return line;
}

} // namespace

chat_command parse_chat_command(std::string_view text, const caps& known_caps) {
  auto rest = text;
  const auto name = in_lower_case(take_word(rest));
  for (const auto& row : rows)
    if (row.name == name)
      return row.parse(row, rest, known_caps);
  return chat_advice{one_line_help()};
}

std::string chat_help() {
  std::string text;
  for (const auto& row : rows) {
    std::string line{row.name};
    if (!row.arguments.empty())
      line += " " + std::string{row.arguments};
    line.resize(std::max<std::size_t>(line.size() + 2, 34), ' ');
    text += line + std::string{row.help} + "\n";
  }
  return text;
}

} // namespace claw
