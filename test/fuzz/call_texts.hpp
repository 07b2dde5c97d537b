#pragma once
// Calls as models write them into text, to begin from: the forms of llm/marked_calls.hpp and llm/python_calls.hpp.

#include <string>
#include <vector>

namespace claw {

inline const std::vector<std::string> call_texts{
    R"(<tool_call>{"name":"f","arguments":{"a":1}}</tool_call><tool_call>{"name":"repo_list","arguments":{}})",
    "<tool_call><function=f><parameter=a>1</parameter><parameter=b>x</parameter></function></tool_call>",
    "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>",
    R"(<|python_tag|>{"name":"f","parameters":{"a":1}}; {"name":"repo_list"}<|eom_id|><|eot_id|>)",
    R"(<|python_tag|>f(a=1, b="x")<|eom_id|>)",
    R"(<function=f>{"a":1}</function>)",
    R"([TOOL_CALLS][{"name":"f","arguments":"{\"a\":1}"}]</s>)",
    R"([TOOL_CALLS]f[CALL_ID]1[ARGS]{"a":1})",
    R"([TOOL_REQUEST]{"name":"f","arguments":{"a":1}}[END_TOOL_REQUEST])",
    R"(<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}<|call|>)",
    R"([f(1, 'x'), repo_list()])",
    "f(a=1, b='x\\ny\\'z')\nrepo_list()",
    "```json\n{'name': 'f', 'arguments': {'a': 1, 'b': None,},}\n```",
    "<think>f(1)</think>f(2)"};

} // namespace claw
