#include "net/bounded_json.hpp"

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

std::string member_too_large(std::string_view text) {
  using event = nlohmann::json::parse_event_t;
  std::string outermost;
  int depth_of = 0; // of its name
  const auto follow = [&](int depth, event what, nlohmann::json& x) {
    if (what == event::key && (outermost.empty() || depth <= depth_of)) {
      outermost = x.get<std::string>();
      depth_of = depth;
    } else if (what == event::object_end && depth < depth_of) {
      outermost.clear();
    }
    return true;
  };
  try {
    [[maybe_unused]] const auto whole = nlohmann::json::parse(text.begin(), text.end(), follow);
  } catch (const nlohmann::json::out_of_range&) {
    return outermost;
  } catch (const nlohmann::json::exception&) { // no JSON: no such number
  }
  return {};
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace claw
