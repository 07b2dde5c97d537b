#pragma once
// The two questions that only git can answer, asked through a shadow git folder. Fixed argument
// vectors: nothing in them comes from a repo or a person.

#include "llm/repo_tools.hpp"
#include "llm/shadow_gitdir.hpp"

#include <string>

namespace claw {

/// Errors: `timed_out`, `cancelled`, `io_failed`, `tool_failed` `git could not read the repo`.
outcome<repo_state> git_status(const shadow_gitdir& shadow, const repo_scope& repo,
                               const repo_config& config, const call_bounds& bounds);

/// Errors: as git_status; `tool_failed` `repo has no commits`.
outcome<commit_summary> git_last_commit(const shadow_gitdir& shadow, const repo_scope& repo,
                                        const repo_config& config, const call_bounds& bounds);

} // namespace claw
