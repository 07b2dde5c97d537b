#pragma once
// Calls that stand in a text between the marks of some model family. Marks may stand anywhere in the text.
//   Hermes, Qwen        <tool_call>{"name":..,"arguments":{..}}</tool_call>
//   Qwen3-Coder         <tool_call><function=N><parameter=K>V</parameter></function></tool_call>
//   GLM                 <tool_call>N<arg_key>k</arg_key><arg_value>v</arg_value></tool_call>
//   Llama 3             <|python_tag|>{"name":..,"parameters":{..}} or <|python_tag|>f(a="b");
//                       or <function=N>{..}</function>
//   Mistral             [TOOL_CALLS][{..}] or [TOOL_CALLS]N[ARGS]{..}
//   LM Studio           [TOOL_REQUEST]{..}[END_TOOL_REQUEST]
//   harmony             <|channel|>commentary to=functions.N ...<|message|>{..}<|call|>
// @source the chat templates that these families publish with their weights

#include "llm/offered_tools.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace claw {

inline constexpr std::array<std::string_view, 6> call_marks{
    "<tool_call>",  "<function=",     "<|python_tag|>",
    "[TOOL_CALLS]", "[TOOL_REQUEST]", "<|channel|>commentary"};

/// All calls of offered tools between marks, in order. Linear in the text.
std::vector<found_call> read_marked_calls(std::string_view text, const offered_tools& tools);

} // namespace claw
