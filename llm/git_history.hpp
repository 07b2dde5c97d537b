#pragma once
// The questions about a repo's history. Revisions come from git_refs as hashes, paths passed path_rules and stand
// behind `--` with pathspec magic off; answers are bounded while git writes them.

#include "llm/git_commands.hpp"

#include <string>

namespace claw {

/// The full hash of the commit that a person or a model means; "" means HEAD. Errors: those of revision_for_git,
/// `repo has no commits`, `no such revision`; as git_reader::run.
outcome<std::string> git_commit(const git_reader& git, const std::string& revision);

// Errors of all: as git_commit; `tool_refused` for a path; `not a file or not found`.
outcome<commit_log> git_log(const git_reader& git, const log_question& asked);
outcome<blamed_lines> git_blame(const git_reader& git, const blame_question& asked);
outcome<tree_listing> git_tree(const git_reader& git, const tree_question& asked);

/// A path that a person or a model named, for looking it up in a commit. Errors (`tool_refused`): as
/// checked_relative_path; it enters `.git`; it is named like a file that holds credentials.
outcome<std::string> checked_history_path(const std::string& path);

} // namespace claw
