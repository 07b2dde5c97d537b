#pragma once
// For endpoints that refuse `tools`: the tools are told in the system message, calls come and go as text.
// @source Hermes function calling format, which most instruct models have seen

#include "actors/domain/transcript.hpp"

#include <vector>

namespace claw {

/// The conversation in plain roles only: calls as `<tool_call>` text, results as the user's words,
/// tools in the system message. @pre the messages are well formed
std::vector<chat_message> as_plain_text(const std::vector<chat_message>& messages,
                                        const std::vector<tool_spec>& tools);

} // namespace claw
