#include "llm/redacted_json.hpp"

#include "actors/domain/redaction.hpp"
#include "llm/bounded_json.hpp"

#include <utility>

namespace claw {

namespace {

using nlohmann::json;

json redacted(const json& x, const redactor& rules) {
  if (x.is_string())
    return rules.whole(x.get_ref<const std::string&>());
  auto out = x;
  if (x.is_array())
    for (auto& item : out)
      item = redacted(item, rules);
  if (x.is_object()) {
    out = json::object();
    for (const auto& [key, value] : x.items())
      out[rules.whole(key)] = redacted(value, rules);
  }
  return out;
}

} // namespace

std::string redacted_json(const std::string& text, const redactor& rules) {
  const auto x = parse_foreign_json(text);
  if (!x)
    return rules.whole(text);
  auto shown = redacted(*x, rules);
  // The whole once more: `"password": "..."` is known by its key and its value together.
  return shown == *x ? rules.whole(text) : rules.whole(json_text(shown));
}

} // namespace claw
