#pragma once
// For models that make no usable tool calls: every answer is one JSON object, either the next call or the final answer.
//   {"action": "<tool>" | "final", "arguments": {...}, "text": "..."}
// @source OpenAI "Structured outputs" (response_format json_schema), as llama.cpp, vLLM, SGLang, LM Studio and Ollama
// take it

#include "actors/domain/transcript.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// The value of `response_format`. Every string has a maxLength: without it, models write on to the token limit.
nlohmann::ordered_json step_format(const std::vector<tool_spec>& tools);

/// What the system message says of tools and of the form of an answer.
std::string step_instructions(const std::vector<tool_spec>& tools);

/// A call as the model would have written it.
std::string step_text(const tool_call& call);

struct json_step {
  std::string tool; ///< "" for the final answer
  std::string arguments_json;
  std::string text;
};

/// Reads the first JSON object of an answer. @returns none where there is none, or it names no tool that was offered
std::optional<json_step> read_step(std::string_view answer, const std::vector<tool_spec>& tools);

} // namespace claw
