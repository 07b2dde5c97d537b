#pragma once
// Turns a parsed command into what the broker is asked for: command, payload JSON, requires JSON.

#include "actors/domain/chat_command.hpp"
#include "actors/ports/broker_api.hpp"

#include <string>

namespace claw {

/// @param requester who asks, for the broker's listing; "" when nobody says
producer_api::request request_of(const chat_job& x, std::string requester);

} // namespace claw
