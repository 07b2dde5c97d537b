#pragma once
// How a model is told of tools and calls them. A ladder, from what works best down: a model that turns out not to stand
// on a rung goes one down and stays there. Chosen by what the server says, lowered by what the model does, or fixed by
// the operator (LLM_TOOL_MODE).

#include <cstdint>
#include <optional>
#include <string_view>

namespace claw {

enum class tool_mode : uint8_t {
  native, ///< `tools` in the request, `tool_calls` in the answer
  text,   ///< told in the system message, calls as `<tool_call>` text
  json,   ///< every answer is one JSON object, held to a schema by `response_format`
  prompt, ///< the same without the schema: the server does not know `response_format`
};

constexpr bool is_json(tool_mode x) {
  return x == tool_mode::json || x == tool_mode::prompt;
}

constexpr std::string_view to_string(tool_mode x) {
  switch (x) {
  case tool_mode::native:
    return "native";
  case tool_mode::text:
    return "text";
  case tool_mode::json:
    return "json";
  case tool_mode::prompt:
    return "prompt";
  }
  return "";
}

/// @returns none for `auto` and anything else
constexpr std::optional<tool_mode> tool_mode_from(std::string_view name) {
  for (const auto x : {tool_mode::native, tool_mode::text, tool_mode::json, tool_mode::prompt})
    if (name == to_string(x))
      return x;
  return std::nullopt;
}

} // namespace claw
