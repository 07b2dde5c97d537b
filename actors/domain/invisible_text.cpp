#include "actors/domain/invisible_text.hpp"

#include "actors/domain/code_points.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

constexpr std::array<std::pair<uint32_t, uint32_t>, 17> invisible_ranges{{
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfff8},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
}};
static_assert(std::is_sorted(invisible_ranges.begin(), invisible_ranges.end()));

/// How many bytes at the front of a text are invisible characters.
std::size_t invisible_bytes(std::string_view text) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto here = next_code_point(text.substr(bytes));
    if (here.bytes == 0 || !is_invisible(here.value))
      break;
    bytes += here.bytes;
  }
  return bytes;
}

} // namespace

bool is_invisible(uint32_t code_point) {
  const auto at = std::upper_bound(invisible_ranges.begin(), invisible_ranges.end(), code_point,
                                   [](uint32_t x, const auto& range) { return x < range.first; });
  return at != invisible_ranges.begin() && code_point <= (at - 1)->second;
}

invisible_run next_invisible(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  for (std::size_t at = 0; at < text.size();) {
    if (is_ascii(text[at])) {
      ++at;
      continue;
    }
    if (const auto bytes = invisible_bytes(text.substr(at)); bytes > 0)
      return {at, bytes};
    at += std::max<std::size_t>(1, next_code_point(text.substr(at)).bytes);
  }
  return {text.size(), 0};
}

std::string visible_part(std::string_view text) {
  std::string visible;
  while (!text.empty()) {
    const auto gap = next_invisible(text);
    visible += text.substr(0, gap.begin);
    text.remove_prefix(gap.begin + gap.bytes);
  }
  return visible;
}

} // namespace claw
