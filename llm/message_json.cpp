#include "llm/message_json.hpp"

#include "llm/redacted_json.hpp"

#include <array>
#include <string>

namespace claw {

namespace {

using nlohmann::json;

constexpr std::array<const char*, 4> role_names{"system", "user", "assistant", "tool"};

const char* name_of(message_role x) {
  return role_names[static_cast<std::size_t>(x)];
}

std::optional<message_role> role_of(const std::string& name) {
  for (std::size_t i = 0; i < role_names.size(); ++i)
    if (name == role_names[i])
      return static_cast<message_role>(i);
  return std::nullopt;
}

} // namespace

nlohmann::json json_of(const chat_message& x, const redactor* rules) {
  json out{{"role", name_of(x.role)}, {"content", x.content}};
  if (!x.call_id.empty())
    out["call_id"] = x.call_id;
  for (const auto& call : x.calls)
    out["calls"].push_back({{"id", call.id},
                            {"name", call.name},
                            {"arguments", rules ? redacted_json(call.arguments_json, *rules) : call.arguments_json},
                            {"from_text", call.from_text}});
  return out;
}

std::optional<chat_message> message_of(const nlohmann::json& x) {
  const auto role = role_of(x.at("role").get<std::string>());
  if (!role)
    return std::nullopt;
  chat_message out;
  out.role = *role;
  out.content = x.at("content").get<std::string>();
  out.call_id = x.value("call_id", "");
  for (const auto& call : x.value("calls", json::array()))
    out.calls.push_back({call.at("id").get<std::string>(), call.at("name").get<std::string>(),
                         call.at("arguments").get<std::string>(), call.value("from_text", false)});
  return out;
}

} // namespace claw
