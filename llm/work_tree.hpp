#pragma once
// What may hold up a program that looks through a repo's files: git and ripgrep open some files of their own accord, by
// their names (ignore rules, attributes, the HEAD of a repo that lies inside), and wait for ever where one is a FIFO.

#include "actors/domain/error.hpp"
#include "llm/repo_scope.hpp"

namespace claw {

/// Looks at names and types alone; ignored folders too, since whether they are is not known here.
/// Errors (`tool_refused`): the sentence about what holds a program up.
outcome<done> check_work_tree(const repo_scope& repo);

} // namespace claw
