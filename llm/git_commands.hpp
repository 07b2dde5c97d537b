#pragma once
// git, asked through a shadow git folder, and the two questions about a repo as it stands. Fixed argument vectors:
// nothing in them comes from a repo or a person. The history is asked in git_history.

#include "llm/repo_tools.hpp"
#include "llm/shadow_gitdir.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A repo open for git, and what bounds its answers. @pre all of it outlives this object
struct git_reader {
  const shadow_gitdir& shadow;
  const repo_scope& base; ///< RUNNER_REPOS_BASE
  const repo_scope& repo;
  const repo_config& config;
  call_bounds bounds;

  /// One git. @param output_bytes_max beyond it git is stopped, and its output is cut
  /// Errors: `timed_out`, `cancelled`, `io_failed`, `tool_failed` `git could not read the repo`, with a hint where it
  /// knows one.
  outcome<child_end> run(std::vector<std::string> arguments, std::size_t output_bytes_max) const;
};

/// Errors: as git_reader::run.
outcome<repo_state> git_status(const git_reader& git);

/// Errors: as git_reader::run; `tool_failed` `repo has no commits`.
outcome<commit_summary> git_last_commit(const git_reader& git);

/// What `--format` gets for a commit_summary: its four fields with a NUL behind each.
inline constexpr const char* summary_format = "%H%x00%an <%ae>%x00%aI%x00%s%x00";

/// Takes the next field off such an output. @returns valid UTF-8
std::string next_git_field(std::string_view& rest);
commit_summary next_summary(std::string_view& rest);

} // namespace claw
