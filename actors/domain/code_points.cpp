#include "actors/domain/code_points.hpp"

#include "actors/domain/error.hpp"

namespace claw {

namespace {

/// How long the character is that begins with this byte; 0 for a byte that begins none.
std::size_t length_after(unsigned char first) {
  if (first < 0x80)
    return 1;
  return first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
}

} // namespace

code_point next_code_point(std::string_view text) {
  CLAW_ASSERT(!text.empty());
  const auto first = static_cast<unsigned char>(text[0]);
  const auto bytes = length_after(first);
  if (bytes < 2)
    return {bytes == 1 ? first : 0u, bytes};
  if (text.size() < bytes)
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
  return value < least[bytes] || value > 0x10ffff || surrogate ? code_point{} : code_point{value, bytes};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto here = next_code_point(text);
    if (here.bytes == 0)
      return false;
    text.remove_prefix(here.bytes);
  }
  return true;
}

bool acts_on_terminal(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e
         || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb)
         || (c >= 0xe0000 && c <= 0xe007f);
}

std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (length_after(byte) > back)
      return text.size() - back;
    if ((byte & 0xc0) != 0x80)
      break; // a whole one, or none at all
  }
  return text.size();
}

} // namespace claw
