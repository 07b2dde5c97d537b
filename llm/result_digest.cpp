#include "llm/result_digest.hpp"

#include "actors/domain/shorten.hpp"
#include "llm/bounded_json.hpp"

#include <algorithm>

namespace claw {

namespace {

using nlohmann::json;

/// The JSON object inside of a result, which may stand between the tags that mark untrusted output.
std::optional<json> object_in(std::string_view result) {
  const auto first = result.find('{');
  const auto last = result.rfind('}');
  if (first == std::string_view::npos || last == std::string_view::npos || last < first)
    return std::nullopt;
  auto x = parse_foreign_json(result.substr(first, last - first + 1));
  return x && x->is_object() ? x : std::nullopt;
}

std::size_t lines_in(std::string_view s) {
  return s.empty() ? 0
                   : static_cast<std::size_t>(std::count(s.begin(), s.end(), '\n'))
                         + (s.back() == '\n' ? 0 : 1);
}

std::string arguments_shown(const tool_call& call) {
  const auto x = parse_foreign_json(call.arguments_json);
  std::string out;
  if (x && x->is_object())
    for (const auto& [key, value] : x->items())
      out += (out.empty() ? "" : ", ") + key + "=" + one_line(json_text(value), 60);
  return out.empty() ? "" : "(" + one_line(out, 160) + ")";
}

/// `path:line` of a line `path:line:text`.
std::string place_of(std::string_view hit) {
  const auto first = hit.find(':');
  const auto second = first == std::string_view::npos ? first : hit.find(':', first + 1);
  return one_line(hit.substr(0, std::min(second, hit.find('\n'))), 120);
}

} // namespace

std::string result_digest(const tool_call& call, std::string_view result) {
  const std::string head
      = "[earlier result, shortened] " + call.name + arguments_shown(call) + ": ";
  const auto x = object_in(result);
  const json* inner = x ? &*x : nullptr;
  if (inner != nullptr && inner->contains("data") && (*inner)["data"].is_object())
    inner = &(*inner)["data"];
  if (inner != nullptr && inner->contains("matches") && (*inner)["matches"].is_string()) {
    const auto matches = (*inner)["matches"].get<std::string>();
    const auto hits = lines_in(matches);
    return head + std::to_string(hits) + (hits == 1 ? " hit" : " hits")
           + (hits > 0 ? ", first " + place_of(matches) : "");
  }
  if (inner != nullptr && inner->contains("content") && (*inner)["content"].is_string()) {
    const auto content = (*inner)["content"].get<std::string>();
    return head + std::to_string(lines_in(content)) + " lines, first: " + one_line(content, 80);
  }
  return head + std::to_string(result.size()) + " bytes: " + one_line(result, 100);
}

} // namespace claw
