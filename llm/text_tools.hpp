#pragma once
// For models without native tools: the tools are told in the system message, calls come and go as text, in the Hermes
// format, which most instruct models have seen, or as JSON steps.

#include "actors/domain/transcript.hpp"
#include "llm/tool_mode.hpp"

#include <vector>

namespace claw {

/// The conversation in plain roles only: calls as text of the mode, results as the user's words, tools in the system
/// message. @pre the messages are well formed, the mode is not native
std::vector<chat_message> as_plain_text(const std::vector<chat_message>& messages,
                                        const std::vector<tool_spec>& tools, tool_mode mode);

} // namespace claw
