#include "actors/domain/log_value.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace claw {

namespace {

constexpr std::size_t value_bytes_max = 512;

bool is_plain(char c) {
  return is_alnum(c) || std::string_view{"._:/@+,-"}.find(c) != std::string_view::npos;
}

/// One code point of UTF-8 and its length in bytes; length 0 where the bytes are no UTF-8.
struct code_point {
  uint32_t value = 0;
  std::size_t bytes = 0;
};

code_point next_code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80)
    return {first, 1};
  const std::size_t bytes = first >= 0xf0 && first < 0xf5   ? 4
                            : first >= 0xe0 && first < 0xf0 ? 3
                            : first >= 0xc2 && first < 0xe0 ? 2
                                                            : 0;
  if (bytes == 0 || text.size() < bytes)
    return {};
  uint32_t value = first & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) != 0x80)
      return {};
    value = (value << 6) | (c & 0x3fu);
  }
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  return value < least[bytes] || value > 0x10ffff || surrogate ? code_point{}
                                                               : code_point{value, bytes};
}

/// Controls, line separators, direction marks, zero-width and invisible characters, which a
/// terminal would act on.
bool is_dangerous(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e
         || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb)
         || (c >= 0xe0000 && c <= 0xe007f);
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
    else if (is_dangerous(c.value))
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
