#include "llm/tool_schema.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace claw {
namespace {

using nlohmann::json;

std::string_view to_string(argument_kind kind) {
  return kind == argument_kind::integer ? "integer" : "string";
}

/// `repo_grep(repo, query, path?)`
std::string usage(const tool_schema& schema) {
  std::string result(schema.name);
  char before = '(';
  for (const auto& argument : schema.arguments) {
    result += before;
    if (before == ',')
      result += ' ';
    result.append(argument.name);
    if (!argument.required)
      result += '?';
    before = ',';
  }
  return result + (before == '(' ? "()" : ")");
}

failure invalid(const tool_schema& schema, const std::string& path, std::string_view expected,
                std::string_view got) {
  return {ec::bad_shape, json_text({{"error", "invalid_arguments"},
                                  {"path", path},
                                  {"expected", expected},
                                  {"got", got},
                                  {"usage", usage(schema)}})};
}

const char* kind_of(const json& x) {
  switch (x.type()) {
  case json::value_t::null:
    return "null";
  case json::value_t::object:
    return "object";
  case json::value_t::array:
    return "array";
  case json::value_t::string:
    return "string";
  case json::value_t::boolean:
    return "boolean";
  case json::value_t::number_integer:
  case json::value_t::number_unsigned:
    return "integer";
  case json::value_t::number_float:
    return "number";
  case json::value_t::binary:
  case json::value_t::discarded:
    break;
  }
  return "invalid JSON";
}

/// Takes what can only have meant an integer for one.
json as_integer(const json& x) {
  if (x.is_number_float()) {
    const auto number = x.get<double>();
    if (std::abs(number) < 1e15 && std::floor(number) == number)
      return static_cast<int64_t>(number);
  }
  if (x.is_string()) {
    const auto& text = x.get_ref<const std::string&>();
    int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size())
      return number;
  }
  if (x.is_number_unsigned() && x.get<uint64_t>() > INT64_MAX)
    return x.get<double>();
  return x;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front())
         && std::all_of(text.begin(), text.end(),
                        [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

/// A name or path holds `://` nowhere; a text may, behind its first word.
bool looks_like_url(std::string_view text, bool free_text) {
  const auto mark = text.find("://");
  if (mark == text.npos)
    return false;
  if (!free_text)
    return true;
  const auto start = text.find_first_not_of(" \t\r\n\"'<(");
  return is_scheme(text.substr(start, mark - start));
}

/// The checked value of one argument; null where it was left out and has no default.
outcome<json> checked_value(const tool_schema& schema, const tool_argument& argument,
                            const json& given) {
  const auto path = '/' + std::string(argument.name);
  const auto found = given.find(argument.name);
  if (found == given.end() || found->is_null()) {
    if (argument.fallback_integer)
      return json(*argument.fallback_integer);
    if (!argument.fallback_text.empty())
      return json(argument.fallback_text);
    if (argument.required)
      return invalid(schema, path, to_string(argument.kind), "nothing");
    return json();
  }
  auto value = *found;
  if (value.is_array() && value.size() == 1)
    value = json(value.front());
  if (argument.kind == argument_kind::integer) {
    value = as_integer(value);
    if (!value.is_number_integer())
      return invalid(schema, path, "integer", kind_of(*found));
    return value;
  }
  if (!value.is_string())
    return invalid(schema, path, "string", kind_of(*found));
  if (looks_like_url(value.get_ref<const std::string&>(), argument.free_text))
    return failure{
        ec::tool_refused,
        json_text({{"error", "urls_not_allowed"}, {"path", path}, {"usage", usage(schema)}})};
  return value;
}

} // namespace

std::string parameters_json(const tool_schema& schema) {
  nlohmann::ordered_json properties = nlohmann::ordered_json::object();
  auto required = nlohmann::ordered_json::array();
  for (const auto& argument : schema.arguments) {
    auto& property = properties[std::string(argument.name)];
    property["type"] = to_string(argument.kind);
    property["description"] = argument.description;
    if (argument.fallback_integer)
      property["default"] = *argument.fallback_integer;
    if (!argument.fallback_text.empty())
      property["default"] = argument.fallback_text;
    if (argument.required)
      required.push_back(argument.name);
  }
  nlohmann::ordered_json result;
  result["type"] = "object";
  result["properties"] = std::move(properties);
  result["required"] = std::move(required);
  result["additionalProperties"] = false;
  return ordered_json_text(result);
}

outcome<std::string> check_arguments(const tool_schema& schema, const std::string& arguments_json,
                                     std::size_t bytes_max) {
  if (arguments_json.size() > bytes_max)
    return failure{ec::tool_refused,
                   json_text({{"error", "arguments_too_large"}, {"bytes_max", bytes_max}})};
  const bool nothing = arguments_json.find_first_not_of(" \t\r\n") == std::string::npos;
  auto given = nothing ? json::object() : json::parse(arguments_json, nullptr, false);
  if (arguments_json.find('\0') != std::string::npos) // for the parser the end: it reads no further
    given = json(json::value_t::discarded);
  if (given.is_null())
    given = json::object();
  if (!given.is_object())
    return invalid(schema, "", "object", kind_of(given));
  for (const auto& [name, value] : given.items()) {
    const auto same = [&wanted = name](const tool_argument& x) { return x.name == wanted; };
    if (std::none_of(schema.arguments.begin(), schema.arguments.end(), same))
      return invalid(schema, '/' + name, "no such argument", kind_of(value));
  }
  json result = json::object();
  for (const auto& argument : schema.arguments) {
    auto value = checked_value(schema, argument, given);
    if (!value)
      return value.error();
    if (!value->is_null())
      result[std::string(argument.name)] = std::move(*value);
  }
  return json_text(result);
}

} // namespace claw
