#include "net/bounded_json.hpp"

#include "actors/domain/limits.hpp"

#include <string>

namespace claw {

bool is_json_no_deeper_than(std::string_view text, std::size_t depth_max) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i; // whatever is escaped, it does not end the string
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max)
        return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

outcome<nlohmann::json> parse_bounded_json(std::string_view text) {
  if (!is_json_no_deeper_than(text, limits::json_depth_max))
    return failure{ec::bad_json, "JSON is nested too deeply"};
  const bool ends_early = text.find('\0') != std::string_view::npos; // for the parser: it reads no further
  auto value = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (ends_early || value.is_discarded())
    return failure{ec::bad_json, "not JSON"};
  return value;
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace claw
