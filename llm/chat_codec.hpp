#pragma once
// The body of `POST {base}/chat/completions`. Only fields that every server takes are sent, and
// none that is not needed: each further one is a 400 somewhere.

#include "actors/domain/transcript.hpp"
#include "llm/chat_history.hpp"
#include "llm/tool_mode.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// How a request to one model is written; errors of the server change it (llm/chat_client).
struct request_shape {
  std::string model;
  double temperature = 0.2;
  bool stream = true;
  bool stream_options = true; ///< ask for usage at the end of a stream; old servers refuse the field
  bool tool_choice = true;    ///< some servers know no `tool_choice`
  tool_mode mode = tool_mode::native;
  bool prefill_progress = false; ///< llama.cpp: tell how much of the prompt has been read
  template_quirks quirks;
};

/// The conversation as it is sent: well formed, rewritten for the model's template.
std::vector<chat_message> sent_messages(const std::vector<chat_message>& messages,
                                        const std::vector<tool_spec>& tools,
                                        const request_shape& shape);

/// @param messages as `sent_messages` returned them
/// @param tools_forbidden the tools are offered, so that the prompt stays the same, but `tool_choice` says none
std::string request_body(const std::vector<chat_message>& messages,
                         const std::vector<tool_spec>& tools, bool tools_forbidden,
                         uint32_t answer_tokens, const request_shape& shape);

} // namespace claw
