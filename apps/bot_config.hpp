#pragma once
// What an operator can set on a bot, and the checked values that the program starts with.

#include "actors/bot/bot_parts.hpp"
#include "actors/domain/error.hpp"
#include "apps/config.hpp"
#include "net/broker_client.hpp"
#include "net/discord_client.hpp"

#include <string>
#include <vector>

namespace claw {

const config_table& bot_table();

struct bot_config_values {
  broker_address broker;
  discord_place discord;
  gateway_trust trust = gateway_trust::discord;
  bot_settings settings;
  std::string state_dir;            ///< of this instance
  std::vector<std::string> secrets; ///< every one that is set, to be redacted wherever it turns up
};

/// @returns `bad_config` with one sentence a problem, a line each
outcome<bot_config_values> bot_values_of(const config& values);

} // namespace claw
