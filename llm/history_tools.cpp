// The tools about a repo's history. Every answer begins with the repo and the commit that it is about, so that a model
// can name both: `demo@3f2a9c1b7d20`.
#include "llm/known_tool.hpp"

#include <algorithm>

namespace claw {
namespace {

constexpr std::size_t shown_digits = 12;

std::string at(const running_call& x, const std::string& hash) {
  return x.text("repo") + "@" + hash.substr(0, shown_digits);
}

std::string and_path(const std::string& path) {
  return path.empty() ? "" : " " + path;
}

/// The last line of an answer that is not whole.
std::string cut_note(bool truncated, const char* advice) {
  return truncated ? std::string("\n[more was left out; ") + advice + "]" : "";
}

outcome<tool_answer> repo_log(const running_call& x) {
  const log_question asked{x.text("rev"), x.text("path"), x.integer("count", log_question{}.count)};
  const auto found = x.repos.log(x.text("repo"), asked, x.bounds);
  if (!found)
    return found.error();
  auto text = at(x, found->at) + and_path(asked.path) + ", newest first";
  for (const auto& commit : found->commits)
    text
        += "\n" + commit.hash.substr(0, shown_digits) + " " + commit.date + " " + commit.author + ": " + commit.subject;
  if (found->commits.empty())
    text += "\nno commits";
  return tool_answer{text + cut_note(found->truncated, "ask for fewer commits"), found->truncated};
}

std::string changes(const patch_text& patch) {
  auto text = std::to_string(patch.files) + (patch.files == 1 ? " file changed" : " files changed");
  if (!patch.text.empty())
    text += "\n" + patch.text;
  return text + cut_note(patch.truncated, "name a path");
}

outcome<tool_answer> repo_diff(const running_call& x) {
  const diff_question asked{x.text("from"), x.text("to"), x.text("path")};
  const auto found = x.repos.diff(x.text("repo"), asked, x.bounds);
  if (!found)
    return found.error();
  auto text = "from " + at(x, found->from) + " to "
              + (found->to.empty() ? "the files as they are, committed or not" : at(x, found->to))
              + and_path(asked.path) + ": " + changes(found->patch);
  return tool_answer{std::move(text), found->patch.truncated};
}

outcome<tool_answer> repo_show(const running_call& x) {
  const show_question asked{x.text("rev"), x.text("path")};
  const auto found = x.repos.show(x.text("repo"), asked, x.bounds);
  if (!found)
    return found.error();
  const auto& commit = found->summary;
  auto text = at(x, commit.hash) + "\n" + commit.author + ", " + commit.date + "\n" + commit.subject;
  if (!found->body.empty())
    text += "\n\n" + found->body;
  text += "\n\n" + changes(found->patch);
  return tool_answer{std::move(text), found->patch.truncated};
}

outcome<tool_answer> repo_blame(const running_call& x) {
  const auto start = x.integer("start_line", 1);
  const blame_question asked{x.text("path"), x.text("rev"), {start, x.integer("end_line", default_end(start))}};
  const auto found = x.repos.blame(x.text("repo"), asked, x.bounds);
  if (!found)
    return found.error();
  auto text = at(x, found->at) + and_path(asked.path) + " lines " + std::to_string(found->shown.start) + "-"
              + std::to_string(found->shown.end) + " of " + std::to_string(found->total_lines) + "\n" + found->lines;
  return tool_answer{text + cut_note(found->truncated, "use start_line/end_line"), found->truncated};
}

outcome<tool_answer> repo_tree(const running_call& x) {
  const tree_question asked{x.text("path"), x.text("rev"), x.integer("depth", tree_question{}.depth)};
  const auto found = x.repos.tree(x.text("repo"), asked, x.bounds);
  if (!found)
    return found.error();
  auto text = at(x, found->at) + and_path(asked.path) + "\n" + found->entries;
  return tool_answer{text + cut_note(found->truncated, "name a path or a smaller depth"), found->truncated};
}

} // namespace

const std::vector<known_tool>& history_tools() {
  using kind = argument_kind;
  static const auto repo = repo_argument();
  static const tool_argument rev{"rev", kind::text, false, "Branch, tag, commit hash, or HEAD~2; HEAD when left out"};
  static const std::vector<known_tool> tools{
      {{"repo_log",
        "The newest commits of a repository, or those that changed a path.",
        {repo,
         {"path", kind::text, false, "File or folder, relative to the repo"},
         rev,
         {"count", kind::integer, false, "How many, at most 100", false, log_question{}.count}}},
       repo_log},
      {{"repo_diff",
        "What changed between two commits; without `to`, what is changed in the files since `from`.",
        {repo,
         {"from", kind::text, false, "Branch, tag or commit hash; HEAD when left out"},
         {"to", kind::text, false, "Branch, tag or commit hash"},
         {"path", kind::text, false, "Only this file or folder"}}},
       repo_diff},
      {{"repo_show",
        "One commit: author, date, message and what it changed.",
        {repo, rev, {"path", kind::text, false, "Only this file or folder of its changes"}}},
       repo_show},
      {{"repo_blame",
        "Who changed each line of a file last, in which commit.",
        {repo,
         {"path", kind::text, true, "The file, relative to the repo"},
         rev,
         {"start_line", kind::integer, false, "First line, counted from 1", false, 1},
         {"end_line", kind::integer, false, "Last line; without it 200 lines are told"}}},
       repo_blame},
      {{"repo_tree",
        "The files and folders of a repository, with sizes.",
        {repo,
         {"path", kind::text, false, "Only what is in this folder"},
         rev,
         {"depth", kind::integer, false, "Levels of folders, at most 10", false, tree_question{}.depth}}},
       repo_tree},
  };
  return tools;
}

} // namespace claw
