#include "llm/text_calls.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/loose_json.hpp"
#include "llm/marked_calls.hpp"
#include "llm/python_calls.hpp"

#include <cstring>

namespace claw {

namespace {

constexpr auto npos = std::string_view::npos;

/// The inside of a text that is one whole fenced block; else the text.
std::string_view without_fence(std::string_view s) {
  constexpr std::string_view fence = "```";
  if (s.size() < 7 || s.substr(0, 3) != fence || s.substr(s.size() - 3) != fence)
    return s;
  const auto line_end = s.find('\n');
  if (line_end == npos || line_end + 3 >= s.size() || s.find(fence, 3) != s.size() - 3)
    return s;
  return trimmed(s.substr(line_end, s.size() - 3 - line_end));
}

/// Objects one after the other, or one array of them, from end to end.
std::vector<found_call> bare_json_calls(std::string_view s, const offered_tools& tools) {
  std::vector<found_call> out;
  for (std::size_t at = 0; at < s.size();) {
    const auto read = read_loose_json(s, at);
    if (!read)
      return {};
    const auto list = read->value.is_array() ? read->value : nlohmann::json::array({read->value});
    for (const auto& x : list) {
      auto call = tools.call_from(x, true);
      if (!call)
        return {};
      call->exact = s.substr(at, read->end - at);
      call->repaired = read->repaired;
      out.push_back(std::move(*call));
    }
    at = std::min(s.find_first_not_of(" \t\r\n;,", read->end), s.size());
  }
  return out;
}

std::vector<found_call> bare_calls(std::string_view answer, const offered_tools& tools) {
  const auto s = without_fence(trimmed(answer));
  if (s.empty())
    return {};
  std::vector<found_call> out;
  if (s.front() == '{' || s.front() == '[')
    out = bare_json_calls(s, tools);
  if (out.empty() && s.front() != '{')
    out = read_python_calls(s, tools).value_or(std::vector<found_call>{});
  for (auto& call : out) {
    call.begin = 0;
    call.end = answer.size();
  }
  return out;
}

/// Without blanks and without the backslashes of JSON strings, in which tool results carry file contents.
std::string essence(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '\\' && i + 1 < s.size()) {
      const char c = s[i + 1];
      if (c == 'n' || c == 't' || c == 'r')
        ++i;
      continue;
    }
    if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n')
      out += s[i];
  }
  return out;
}

/// memmem is linear, unlike std::string::find.
bool occurs(const std::string& needle, const std::vector<std::string>& in) {
  for (const auto& text : in)
    if (memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr)
      return true;
  return false;
}

std::string without(std::string_view answer, const std::vector<found_call>& calls) {
  std::string out;
  std::size_t at = 0;
  for (const auto& call : calls) {
    if (call.begin > at)
      out += answer.substr(at, call.begin - at);
    at = std::max(at, call.end);
  }
  out += answer.substr(std::min(at, answer.size()));
  return std::string{trimmed(out)};
}

} // namespace

text_call_search find_text_calls(std::string_view answer, const std::vector<tool_spec>& offered,
                                 const std::vector<std::string_view>& tool_results) {
  text_call_search out;
  const offered_tools tools{offered};
  std::vector<found_call> found;
  if (!tools.empty() && answer.size() <= text_call_bytes_max) {
    found = read_marked_calls(answer, tools);
    if (found.empty())
      found = bare_calls(answer, tools);
  }
  std::vector<std::string> earlier;
  if (!found.empty())
    for (const auto& x : tool_results)
      earlier.push_back(essence(x));
  for (auto& call : found) {
    if (occurs(essence(call.exact), earlier))
      ++out.quoted;
    else
      out.calls.push_back(std::move(call));
  }
  out.rest = without(answer, out.calls);
  return out;
}

call_holdback::call_holdback(const std::vector<tool_spec>& offered) {
  for (const auto& x : offered)
    names_.push_back(x.name + "(");
}

bool call_holdback::may_be_bare_call(bool& unsure) const {
  const auto s = trimmed(pending_);
  unsure = s.empty() || (s.size() < 3 && std::string_view{"```"}.substr(0, s.size()) == s);
  if (unsure)
    return false;
  if (s.front() == '{' || s.front() == '[' || s.substr(0, 3) == "```")
    return true;
  for (const std::string_view name : names_) {
    if (s.substr(0, name.size()) == name)
      return true;
    unsure = unsure || name.substr(0, s.size()) == s;
  }
  return false;
}

std::string call_holdback::feed(std::string_view piece) {
  if (names_.empty())
    return std::string{piece};
  pending_ += piece;
  if (holding_)
    return {};
  if (at_start_) {
    bool unsure = false;
    holding_ = may_be_bare_call(unsure);
    if (holding_ || unsure)
      return {};
    at_start_ = false;
  }
  std::size_t sure = pending_.size();
  for (const auto mark : call_marks) {
    if (const auto at = pending_.find(mark); at < sure) {
      sure = at;
      holding_ = true;
    }
    for (std::size_t n = std::min(pending_.size(), mark.size() - 1); n > 0; --n)
      if (std::string_view{pending_}.substr(pending_.size() - n) == mark.substr(0, n))
        sure = std::min(sure, pending_.size() - n);
  }
  std::string out = pending_.substr(0, sure);
  pending_.erase(0, sure);
  return out;
}

} // namespace claw
