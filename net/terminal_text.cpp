#include "net/terminal_text.hpp"

#include "actors/domain/code_points.hpp"
#include "actors/domain/shorten.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace claw {

namespace {

constexpr std::size_t shown_bytes_max = 160;

std::string utf16_escape(uint32_t unit) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(unit & 0xffff));
  return text.data();
}

/// Beyond the first plane as a surrogate pair (RFC 8259, 7).
std::string json_escape(uint32_t c) {
  if (c < 0x10000)
    return utf16_escape(c);
  return utf16_escape(0xd800 + ((c - 0x10000) >> 10)) + utf16_escape(0xdc00 + ((c - 0x10000) & 0x3ff));
}

} // namespace

std::string printable(std::string_view text, bool one_line) {
  std::string result;
  while (!text.empty()) {
    const auto c = next_code_point(text);
    const auto bytes = std::max<std::size_t>(1, c.bytes);
    if (c.bytes == 0)
      result += "\xef\xbf\xbd"; // U+FFFD
    else if (c.value == '\n' || c.value == '\t')
      result += one_line ? ' ' : text[0];
    else if (!acts_on_terminal(c.value))
      result += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return result;
}

std::string shown(const std::string& text, const redactor& redact) {
  return one_line(printable(redact.whole(text), true), shown_bytes_max);
}

std::string printable_json(std::string_view json) {
  std::string result;
  while (!json.empty()) {
    const auto c = next_code_point(json);
    const auto bytes = std::max<std::size_t>(1, c.bytes);
    const bool blank = c.value == '\n' || c.value == '\t' || c.value == '\r'; // between values, never within a string
    if (c.bytes == 0)
      result += "\xef\xbf\xbd"; // U+FFFD
    else if (acts_on_terminal(c.value) && !blank)
      result += json_escape(c.value);
    else
      result += json.substr(0, bytes);
    json.remove_prefix(bytes);
  }
  return result;
}

} // namespace claw
