#pragma once
// Messages of a conversation as JSON of ours, for checkpoints and transcripts. What servers get is made in chat_codec.

#include "actors/domain/transcript.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace claw {

class redactor; // actors/domain/redaction.hpp

/// @param rules for the arguments of calls, which are JSON in JSON; null where all is redacted later
nlohmann::json json_of(const chat_message& x, const redactor* rules);

/// Throws nlohmann's exceptions for what json_of did not make. @returns none for an unknown role
std::optional<chat_message> message_of(const nlohmann::json& x);

} // namespace claw
