#pragma once
// A slash command as the line of the command language that means the same: one parser serves both.

#include "actors/domain/discord_event.hpp"

#include <string>

namespace claw {

/// `/grep repo:notes query:two words` is `grep notes "two words"`.
std::string slash_text(const discord_interaction& x);

/// Only the one who asked sees the answer: questions on the state of things, not what a job finds.
bool is_private_command(const std::string& name);

} // namespace claw
