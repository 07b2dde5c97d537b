#include "llm/result_digest.hpp"

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

std::string shown(std::string_view s, std::size_t bytes_max) {
  std::string out{cut_utf8(s, bytes_max)};
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out.size() < s.size() ? out + "..." : out;
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
      out += (out.empty() ? "" : ", ") + key + "=" + shown(json_text(value), 60);
  return out.empty() ? "" : "(" + shown(out, 160) + ")";
}

/// `path:line` of a line `path:line:text`.
std::string place_of(std::string_view hit) {
  const auto first = hit.find(':');
  const auto second = first == std::string_view::npos ? first : hit.find(':', first + 1);
  return shown(hit.substr(0, std::min(second, hit.find('\n'))), 120);
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
    return head + std::to_string(lines_in(content)) + " lines, first: " + shown(content, 80);
  }
  return head + std::to_string(result.size()) + " bytes: " + shown(result, 100);
}

std::string shortened_result(std::string_view result, std::size_t bytes_max) {
  if (result.size() <= bytes_max)
    return std::string{result};
  const std::size_t room = bytes_max > 96 ? bytes_max - 96 : bytes_max / 2; // the marker takes the rest
  std::string_view head = cut_utf8(result, room * 7 / 10);
  if (const auto end = head.rfind('\n'); end != std::string_view::npos && end > head.size() / 2)
    head = head.substr(0, end + 1);
  std::size_t tail_begin = result.size() - room * 3 / 10;
  while (tail_begin < result.size()
         && (static_cast<unsigned char>(result[tail_begin]) & 0xC0) == 0x80)
    ++tail_begin;
  std::string_view tail = result.substr(tail_begin);
  if (const auto end = tail.find('\n'); end != std::string_view::npos && end < tail.size() / 2)
    tail = tail.substr(end + 1);
  const auto gone = result.substr(head.size(), result.size() - head.size() - tail.size());
  return std::string{head} + "\n[... " + std::to_string(lines_in(gone)) + " of "
         + std::to_string(lines_in(result)) + " lines omitted; use start_line/end_line]\n"
         + std::string{tail};
}

} // namespace claw
