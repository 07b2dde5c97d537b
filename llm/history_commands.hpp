#pragma once
// The commands about a repo's history: repo_log, repo_diff, repo_show, repo_blame, repo_tree. What they answer carries
// `at`, the repo and the full hash of the commit that the answer is about: `demo@3f2a...`.

#include "llm/command_call.hpp"

namespace claw {

outcome<std::string> repo_log_command(const command_call& x);
outcome<std::string> repo_diff_command(const command_call& x);
outcome<std::string> repo_show_command(const command_call& x);
outcome<std::string> repo_blame_command(const command_call& x);
outcome<std::string> repo_tree_command(const command_call& x);

} // namespace claw
