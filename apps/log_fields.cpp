#include "apps/log_fields.hpp"

#include "actors/domain/ascii.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace claw {

namespace {

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

/// Takes a quoted value off the front; one that was cut off ends with the text.
std::string take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\'))
      ++i;
    value += rest[i];
  }
  rest = {};
  return value;
}

std::string_view take_word(std::string_view& rest) {
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

} // namespace

std::vector<std::pair<std::string, std::string>> log_fields(std::string_view message) {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string words;
  for (auto rest = message; !rest.empty();) {
    if (rest.front() == ' ') {
      rest.remove_prefix(1);
      continue;
    }
    const auto equals = rest.find_first_of("= ");
    const auto key = rest.substr(0, equals);
    if (equals == std::string_view::npos || rest[equals] != '=' || !is_key(key)) {
      (words += words.empty() ? "" : " ") += take_word(rest);
      continue;
    }
    rest.remove_prefix(equals + 1);
    std::string value = rest.starts_with('"') ? take_quoted(rest) : std::string{take_word(rest)};
    const bool there = std::any_of(fields.begin(), fields.end(), [&](const auto& x) { return x.first == key; });
    if (!there)
      fields.emplace_back(key, std::move(value));
  }
  if (!words.empty())
    fields.emplace_back("message", std::move(words));
  return fields;
}

std::string json_log_line(std::string_view ts, std::string_view level, std::string_view program,
                          std::string_view message) {
  nlohmann::ordered_json line = {{"ts", ts}, {"level", level}, {"program", program}};
  for (auto& [key, value] : log_fields(message))
    if (!line.contains(key))
      line[key] = std::move(value);
  return line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace claw
