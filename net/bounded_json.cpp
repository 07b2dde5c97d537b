#include "net/bounded_json.hpp"

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

outcome<nlohmann::json> parse_bounded_json(std::string_view text, std::size_t depth_max) {
  if (!is_json_no_deeper_than(text, depth_max))
    return failure{ec::bad_json, "JSON is nested too deeply"};
  if (text.find('\0') != std::string_view::npos) // the parser reads no further
    return failure{ec::bad_json, "not JSON"};
  try {
    return nlohmann::json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::out_of_range&) {
    return failure{ec::bad_shape, "JSON holds a number that is too large to be read"};
  } catch (const nlohmann::json::exception&) {
    return failure{ec::bad_json, "not JSON"};
  }
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace claw
