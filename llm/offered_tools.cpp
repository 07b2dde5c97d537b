#include "llm/offered_tools.hpp"

#include "llm/bounded_json.hpp"

#include <algorithm>
#include <array>

namespace claw {

namespace {

constexpr std::array<const char*, 4> argument_keys{"arguments", "parameters", "args", "input"};

bool is_usual_key(const std::string& key) {
  constexpr std::array<std::string_view, 7> usual{"name",  "arguments", "parameters", "args",
                                                  "input", "id",        "type"};
  return std::find(usual.begin(), usual.end(), key) != usual.end();
}

} // namespace

offered_tools::offered_tools(const std::vector<tool_spec>& specs) {
  for (const auto& spec : specs) {
    tool& t = tools_[spec.name];
    const auto schema = nlohmann::ordered_json::parse(spec.parameters_json.begin(),
                                                      spec.parameters_json.end(), nullptr, false);
    if (!schema.is_object())
      continue;
    const auto add = [&t](const std::string& name) {
      if (std::find(t.order.begin(), t.order.end(), name) == t.order.end())
        t.order.push_back(name);
    };
    if (const auto required = schema.find("required");
        required != schema.end() && required->is_array())
      for (const auto& name : *required)
        if (name.is_string())
          add(name.get<std::string>());
    if (const auto all = schema.find("properties"); all != schema.end() && all->is_object())
      for (const auto& [name, property] : all->items()) {
        add(name);
        if (property.is_object() && property.contains("type") && property["type"].is_string())
          t.types[name] = property["type"].get<std::string>();
      }
  }
}

bool offered_tools::has(std::string_view name) const {
  return tools_.find(name) != tools_.end();
}

const std::vector<std::string>& offered_tools::parameters(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = tools_.find(name);
  return found == tools_.end() ? none : found->second.order;
}

nlohmann::json offered_tools::typed(std::string_view tool_name, const std::string& parameter,
                                    const std::string& text) const {
  const auto found = tools_.find(tool_name);
  if (found == tools_.end())
    return text;
  const auto type = found->second.types.find(parameter);
  if (type == found->second.types.end() || type->second == "string")
    return text;
  const auto value = parse_foreign_json(text);
  return value ? *value : nlohmann::json(text);
}

std::optional<found_call> offered_tools::call_from(const nlohmann::json& x, bool bare) const {
  if (!x.is_object())
    return std::nullopt;
  const auto name = x.find("name");
  if (name == x.end() || !name->is_string() || !has(name->get<std::string>()))
    return std::nullopt;
  found_call call;
  call.name = name->get<std::string>();
  nlohmann::json arguments;
  for (const char* key : argument_keys)
    if (arguments.is_null() && x.contains(key))
      arguments = x[key];
  if (arguments.is_string()) {
    const auto inner = parse_foreign_json(arguments.get<std::string>());
    if (!inner)
      return std::nullopt;
    arguments = *inner;
  }
  if (bare) {
    for (const auto& item : x.items())
      if (!is_usual_key(item.key()))
        return std::nullopt;
    if (arguments.is_null())
      return std::nullopt;
  }
  if (arguments.is_null())
    arguments = nlohmann::json::object();
  if (!arguments.is_object())
    return std::nullopt;
  call.arguments_json = json_text(arguments);
  return call;
}

} // namespace claw
