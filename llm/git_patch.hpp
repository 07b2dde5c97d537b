#pragma once
// Changes as text: between commits, in a commit, and in the files that are not committed yet. Files that hold
// credentials are never part of it. What git read from the work tree by name is looked up again through the scope
// before it is shown.

#include "llm/git_history.hpp"

namespace claw {

// Errors: as git_history.
outcome<repo_changes> git_diff(const git_reader& git, const diff_question& asked);
outcome<shown_commit> git_show(const git_reader& git, const show_question& asked);

} // namespace claw
