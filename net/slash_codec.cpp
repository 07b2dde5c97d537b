#include "net/slash_codec.hpp"

#include "net/bounded_json.hpp"

#include <nlohmann/json.hpp>

namespace claw {

namespace {

using nlohmann::json;

constexpr int command_chat_input = 1, option_string = 3, option_integer = 4;
constexpr int context_server = 0, context_direct = 1;

json option_json(const slash_option& x) {
  json option = {{"name", x.name}, {"description", x.description}, {"required", x.required}};
  if (x.what == slash_option::kind::number) {
    option["type"] = option_integer;
    option["min_value"] = 1;
    return option;
  }
  option["type"] = option_string;
  if (x.completed)
    option["autocomplete"] = true;
  return option;
}

} // namespace

std::string slash_commands_json(const std::vector<slash_command>& all, bool everywhere) {
  auto list = json::array();
  for (const auto& x : all) {
    json command = {{"type", command_chat_input}, {"name", x.name}, {"description", x.description}};
    command["options"] = json::array();
    for (const auto& o : x.options)
      command["options"].push_back(option_json(o));
    if (everywhere)
      command["contexts"] = {context_server, context_direct};
    list.push_back(std::move(command));
  }
  return json_text(list);
}

} // namespace claw
