#include "actors/domain/utf8_text.hpp"

#include <algorithm>
#include <cstdint>

namespace claw {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::string_view ellipsis = "\xe2\x80\xa6";
constexpr std::size_t step_back_max = 40; ///< bytes; a longer cluster is cut inside

/// @returns the length of the character at `at`, 0 when it is broken. @source Unicode 15, table 3-7
std::size_t length_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto lead = byte(at);
  if (lead < 0x80)
    return lead == 0 ? 0 : 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80)
      return 0;
  const auto second = byte(at + 1);
  const bool too_long = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool no_character = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return too_long || no_character ? 0 : length;
}

uint32_t point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const auto lead = byte(at);
  if (lead < 0x80)
    return lead;
  if (lead < 0xe0)
    return (lead & 0x1f) << 6 | (byte(at + 1) & 0x3f);
  if (lead < 0xf0)
    return (lead & 0x0f) << 12 | (byte(at + 1) & 0x3f) << 6 | (byte(at + 2) & 0x3f);
  return (lead & 0x07) << 18 | (byte(at + 1) & 0x3f) << 12 | (byte(at + 2) & 0x3f) << 6 | (byte(at + 3) & 0x3f);
}

/// Characters that belong to the one before them, or (the joiner) to both sides.
bool clings(uint32_t point) {
  return (point >= 0x300 && point <= 0x36f) || (point >= 0x1ab0 && point <= 0x1aff)
         || (point >= 0x20d0 && point <= 0x20ff) || (point >= 0xfe00 && point <= 0xfe0f) || point == 0x200d
         || (point >= 0x1f3fb && point <= 0x1f3ff) || (point >= 0xe0020 && point <= 0xe007f);
}

std::size_t start_before(std::string_view text, std::size_t at) {
  do
    --at;
  while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
  return at;
}

/// A cut at `at` stands inside of what people see as one character.
bool splits_cluster(std::string_view text, std::size_t at) {
  return at < text.size() && at > 0 && (clings(point_at(text, at)) || point_at(text, start_before(text, at)) == 0x200d);
}

} // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto length = length_at(text, at); length > 0) {
      out += text.substr(at, length);
      at += length;
    } else {
      if (text[at] != '\0')
        out += replacement;
      ++at;
    }
  }
  return out;
}

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

std::size_t bytes_within(std::string_view text, std::size_t units_max) {
  std::size_t at = 0;
  for (std::size_t units = 0; at < text.size();) {
    const auto byte = static_cast<uint8_t>(text[at]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    units += length == 4 ? 2 : 1;
    if (units > units_max && at > 0)
      break;
    at += length;
  }
  at = std::min(at, text.size());
  auto whole = at;
  while (whole > 0 && at - whole < step_back_max && splits_cluster(text, whole))
    whole = start_before(text, whole);
  return whole == 0 || splits_cluster(text, whole) ? at : whole;
}

std::string clipped(std::string_view text, std::size_t units_max) {
  if (utf16_units(text) <= units_max)
    return std::string{text};
  return std::string{text.substr(0, bytes_within(text, units_max - 1))} + std::string{ellipsis};
}

} // namespace claw
