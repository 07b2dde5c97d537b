#pragma once
// The gateway's JSON: payloads of Discord to frames, what the bot says to payloads. Whatever is read is untrusted; a
// field that is absent, null or of another type is "none". @source Discord API reference, "Gateway Events"

#include "actors/domain/discord_event.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/gateway_machine.hpp"
#include "actors/ports/discord_api.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT. @source "Gateway Intents"
inline constexpr int64_t gateway_intents = 1 << 0 | 1 << 9 | 1 << 12 | 1 << 15;

/// Errors: `bad_json`.
outcome<gateway_frame> read_gateway_frame(std::string_view text);

/// A message object, of an event or of a channel's history. No id: it is none.
discord_message read_discord_message(const nlohmann::json& x);
discord_channel read_discord_channel(const nlohmann::json& x);

/// An id as Discord's texts and some libraries' integers write it.
snowflake snowflake_member(const nlohmann::json& object, const char* key);

std::string beat_text(std::optional<uint64_t> sequence);
std::string identify_text(const std::string& token, const bot_presence& shown);
std::string resume_text(const std::string& token, const gateway_session& session);
std::string presence_text(const bot_presence& shown);

} // namespace claw
