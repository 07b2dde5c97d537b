#include "actors/domain/slash_text.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/slash_commands.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace claw {

namespace {

std::string option(const discord_interaction& x, std::string_view name) {
  const auto at = std::find_if(x.options.begin(), x.options.end(), [&](const auto& o) { return o.name == name; });
  return at == x.options.end() ? std::string{} : std::string{trimmed(at->value)};
}

/// A value that may hold blanks; the command language has no way to write a quote inside of quotes.
std::string quoted(std::string text) {
  std::erase(text, '"');
  return '"' + text + '"';
}

} // namespace

std::string slash_text(const discord_interaction& x) {
  std::string line = x.name;
  const auto add = [&](const std::string& word) { line += word.empty() ? "" : " " + word; };
  if (x.name == "ask") {
    if (const auto model = option(x, "model"); !model.empty())
      add(model + ":");
    add(option(x, "prompt"));
    return line;
  }
  for (const auto& command : slash_commands())
    if (command.name == x.name)
      for (const auto& o : command.options) { // in their own order: that of the filled ones is anybody's
        auto value = option(x, o.name);
        if (o.name == "query")
          value = quoted(std::move(value));
        if (o.name == "start" && value.empty() && !option(x, "end").empty())
          value = "1";
        add(value);
      }
  return line;
}

bool is_private_command(const std::string& name) {
  constexpr std::array<std::string_view, 7> all{"status", "jobs", "workers", "queue", "whoami", "help", "cancel"};
  return std::find(all.begin(), all.end(), name) != all.end();
}

} // namespace claw
