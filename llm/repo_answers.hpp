#pragma once
// What may be asked of a repository and what it answers, as values: repo_tools asks, the commands and the tools show.

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

struct listed_repo {
  std::string name;
  std::string path; ///< absolute
};

struct repo_state {
  std::string branch; ///< `HEAD` when detached
  std::string porcelain;
  bool dirty = false;
  bool truncated = false;
};

struct commit_summary {
  std::string hash, author, date, subject;
};

struct repo_matches {
  std::string lines; ///< `file:line:text`, each line ended by a newline but the last; "" for no match
  bool truncated = false;
};

struct file_excerpt {
  std::string content;
  int64_t total_lines = 0;
  bool truncated = false; ///< cut by RUNNER_MAX_OUTPUT_BYTES
};

struct line_range {
  int64_t start = 1;
  int64_t end = 200;
};

/// The last line when only the first was named: 200 lines, or up to line 200.
inline int64_t default_end(int64_t start) {
  constexpr int64_t lines = 200;
  return start <= lines || start > INT64_MAX - lines ? lines : start + lines - 1;
}

// -- the history: every answer names the commit that it is about, by its full hash ----------------------------------

struct log_question {
  std::string revision{}; ///< where to begin; "" for HEAD, here and below
  std::string path{};     ///< only commits that changed it; "" for all
  int64_t count = 20;
};

struct commit_log {
  std::string at;
  std::vector<commit_summary> commits; ///< newest first
  bool truncated = false;              ///< by RUNNER_MAX_OUTPUT_BYTES; not by `count`
};

struct diff_question {
  std::string from{};
  std::string to{}; ///< "" for the files as they lie there, committed or not
  std::string path{};
};

/// A text in git's diff format, cut by RUNNER_MAX_OUTPUT_BYTES. What is left out for another reason says so in it.
struct patch_text {
  std::string text;
  int64_t files = 0; ///< that changed
  bool truncated = false;
};

struct repo_changes {
  std::string from;
  std::string to; ///< "" as in the question
  patch_text patch;
};

struct show_question {
  std::string revision{};
  std::string path{}; ///< only this of its changes
};

struct shown_commit {
  commit_summary summary;
  std::string body;
  patch_text patch; ///< against the first parent
};

struct blame_question {
  std::string path{};
  std::string revision{};
  line_range lines{};
};

struct blamed_lines {
  std::string at;
  std::string lines; ///< `hash (author date number) text`
  line_range shown;
  int64_t total_lines = 0;
  bool truncated = false;
};

struct tree_question {
  std::string path{}; ///< a folder; "" for all
  std::string revision{};
  int64_t depth = 2; ///< levels of folders
};

struct tree_listing {
  std::string at;
  std::string entries; ///< a line each: `folder/`, `file (12 bytes)`, `name (link)`, `name (submodule)`
  bool truncated = false;
};

} // namespace claw
