#include "actors/domain/log_value.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/code_points.hpp"

#include <algorithm>
#include <cstdint>

namespace claw {

namespace {

constexpr std::size_t value_bytes_max = 512;

bool is_plain(char c) {
  return is_alnum(c) || std::string_view{"._:/@+,-"}.find(c) != std::string_view::npos;
}

void append_escape(std::string& out, char kind, uint32_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  out += kind;
  const int width = kind == 'x' ? 2 : 4;
  for (int shift = (value > 0xffff ? 6 : width) * 4 - 4; shift >= 0; shift -= 4)
    out += digits[(value >> shift) & 0xf];
}

void append_escaped(std::string& out, std::string_view text, bool quotes_too) {
  while (!text.empty()) {
    const auto c = next_code_point(text);
    const auto bytes = c.bytes == 0 ? 1 : c.bytes;
    if (c.bytes == 0)
      append_escape(out, 'x', static_cast<unsigned char>(text[0]));
    else if (c.value == '\n')
      out += "\\n";
    else if (c.value == '\r')
      out += "\\r";
    else if (c.value == '\t')
      out += "\\t";
    else if (acts_on_terminal(c.value))
      append_escape(out, c.value < 0x100 ? 'x' : 'u', c.value);
    else if (quotes_too && (c.value == '"' || c.value == '\\'))
      (out += '\\') += static_cast<char>(c.value);
    else
      out.append(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

} // namespace

std::string log_value(std::string_view text) {
  if (!text.empty() && text.size() <= value_bytes_max
      && std::all_of(text.begin(), text.end(), is_plain))
    return std::string{text};
  std::string out = "\"";
  append_escaped(out, text.substr(0, value_bytes_max), true);
  if (text.size() > value_bytes_max)
    out += "...";
  out += '"';
  return out;
}

std::string log_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_escaped(out, text, false);
  return out;
}

} // namespace claw
