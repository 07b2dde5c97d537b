#pragma once
// Slash commands in Discord's JSON. @source Discord API reference, "Application Commands"

#include "actors/domain/slash_commands.hpp"

#include <string>
#include <vector>

namespace claw {

/// The whole list as one PUT takes it. @param everywhere not only in one server: in direct messages, too
std::string slash_commands_json(const std::vector<slash_command>& all, bool everywhere);

} // namespace claw
