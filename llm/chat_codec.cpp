#include "llm/chat_codec.hpp"

#include "llm/bounded_json.hpp"
#include "llm/json_steps.hpp"
#include "llm/text_tools.hpp"

namespace claw {

namespace {

using ordered = nlohmann::ordered_json;

const char* role_name(message_role x) {
  switch (x) {
  case message_role::system:
    return "system";
  case message_role::user:
    return "user";
  case message_role::assistant:
    return "assistant";
  case message_role::tool:
    return "tool";
  }
  return "user";
}

ordered message_json(const chat_message& x) {
  ordered out{{"role", role_name(x.role)}, {"content", x.content}};
  if (x.role == message_role::tool)
    out["tool_call_id"] = x.call_id;
  if (x.calls.empty())
    return out;
  ordered calls = ordered::array();
  for (const auto& call : x.calls)
    calls.push_back({{"id", call.id},
                     {"type", "function"},
                     {"function", {{"name", call.name}, {"arguments", call.arguments_json}}}});
  out["tool_calls"] = std::move(calls);
  return out;
}

ordered tool_json(const tool_spec& x) {
  auto parameters = ordered::parse(x.parameters_json, nullptr, false);
  if (!parameters.is_object())
    parameters = {{"type", "object"}, {"properties", ordered::object()}};
  return {
      {"type", "function"},
      {"function", {{"name", x.name}, {"description", x.description}, {"parameters", parameters}}}};
}

} // namespace

std::vector<chat_message> sent_messages(const std::vector<chat_message>& messages,
                                        const std::vector<tool_spec>& tools,
                                        const request_shape& shape) {
  auto out = well_formed_history(messages);
  if (shape.mode != tool_mode::native)
    out = as_plain_text(out, tools, shape.mode);
  return rewritten_history(std::move(out), shape.quirks);
}

std::string request_body(const std::vector<chat_message>& messages,
                         const std::vector<tool_spec>& tools, bool tools_forbidden,
                         uint32_t answer_tokens, const request_shape& shape) {
  // What changes from step to step stands last, so that the bytes in front stay the same.
  ordered body{
      {"model", shape.model}, {"temperature", shape.temperature}, {"stream", shape.stream}};
  if (shape.stream && shape.stream_options)
    body["stream_options"] = {{"include_usage", true}};
  const bool can_forbid = !tools_forbidden || shape.tool_choice;
  if (shape.stream && shape.prefill_progress)
    body["return_progress"] = true;
  if (!tools.empty() && !tools_forbidden && shape.mode == tool_mode::json)
    body["response_format"] = step_format(tools);
  if (!tools.empty() && shape.mode == tool_mode::native && can_forbid) {
    ordered list = ordered::array();
    for (const auto& x : tools)
      list.push_back(tool_json(x));
    body["tools"] = std::move(list);
    if (tools_forbidden)
      body["tool_choice"] = "none";
  }
  ordered list = ordered::array();
  for (const auto& x : messages)
    list.push_back(message_json(x));
  body["messages"] = std::move(list);
  body["max_tokens"] = answer_tokens;
  return ordered_json_text(body);
}

} // namespace claw
