#pragma once
// Making a transcript fit into a model's context. Calls and their results stay paired, the question
// and the newest step stay; what shrinks are the results. Every shrinking costs the server's prompt
// cache, so it is done rarely and in large steps.

#include "actors/domain/chat.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace claw {

/// About how many tokens a request has. Without the model's tokenizer: 3.2 bytes a token, which is
/// what code and JSON come to, and a few for each message.
uint64_t estimated_tokens(const std::vector<chat_message>& messages,
                          const std::vector<tool_spec>& tools);

/// Shortens the results of the newest step to `newest_bytes` each and older ones to a line or two.
/// @returns false when nothing was left to shorten: the same request must not be sent again.
bool condense(std::vector<chat_message>& messages, std::size_t newest_bytes);

} // namespace claw
