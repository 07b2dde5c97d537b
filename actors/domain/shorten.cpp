#include "actors/domain/shorten.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t marker_bytes_max = 96; // the marker with two numbers of 64 bits, and a line end at both sides

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

/// The greatest position at or below `at` that does not split a character.
std::size_t boundary_before(std::string_view text, std::size_t at) {
  for (std::size_t steps = 0; steps < 3 && at > 0 && at < text.size(); ++steps, --at)
    if (!is_continuation(text[at]))
      break;
  return at;
}

std::size_t boundary_after(std::string_view text, std::size_t at) {
  for (std::size_t steps = 0; steps < 3 && at < text.size() && is_continuation(text[at]); ++steps)
    ++at;
  return at;
}

/// The head's end: after the last line that fits, unless that would give away more than half of the head.
std::size_t head_end(std::string_view text, std::size_t bytes) {
  const auto line = text.substr(0, bytes).rfind('\n');
  if (line != std::string_view::npos && line + 1 > bytes / 2)
    return line + 1;
  return boundary_before(text, bytes);
}

std::size_t tail_begin(std::string_view text, std::size_t bytes) {
  const auto begin = text.size() - bytes;
  const auto line = text.find('\n', begin);
  if (line != std::string_view::npos && line + 1 < text.size() - bytes / 2)
    return line + 1;
  return boundary_after(text, begin);
}

std::string marker(std::string_view text, std::size_t head, std::size_t tail) {
  const auto omitted = text.substr(head, tail - head);
  const auto lines = std::count(omitted.begin(), omitted.end(), '\n');
  if (lines < 2)
    return "[... " + std::to_string(omitted.size()) + " of " + std::to_string(text.size())
           + " bytes omitted; ask for less at a time]";
  const auto all = std::count(text.begin(), text.end(), '\n') + (text.back() == '\n' ? 0 : 1);
  return "[... " + std::to_string(lines) + " of " + std::to_string(all)
         + " lines omitted; use start_line/end_line]";
}

} // namespace

shortened_text shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return {std::string{text}, false};
  if (bytes_max <= marker_bytes_max)
    return {std::string{text.substr(0, boundary_before(text, bytes_max))}, true};
  const auto room = bytes_max - marker_bytes_max;
  const auto head_bytes = room * 7 / 10;
  const auto head = head_end(text, head_bytes);
  const auto tail = std::max(head, tail_begin(text, room - head_bytes));
  std::string out{text.substr(0, head)};
  if (!out.empty() && out.back() != '\n')
    out += '\n';
  out += marker(text, head, tail);
  out += '\n';
  out += text.substr(tail);
  return {std::move(out), true};
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  const bool cut = text.size() > bytes_max;
  std::string out{text.substr(0, cut ? boundary_before(text, bytes_max) : text.size())};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20u || c == '\x7f'; }, ' ');
  return cut ? out + "..." : out;
}

} // namespace claw
