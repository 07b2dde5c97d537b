#pragma once
// Submodules, as far as their outer repo must know them. git itself reads which commit of each is checked out, also
// where it is told to ignore them, so where that stands is looked at first. Their files and their programs are
// their own affair.

#include "llm/git_commands.hpp"

namespace claw {

/// What a question about the work tree gets for `--ignore-submodules=`: `dirty` where the commit of every submodule
/// stands in regular files inside the base, `all` where one is laid out in any other way.
std::string ignored_submodules(const git_reader& git);

} // namespace claw
