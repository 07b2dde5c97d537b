#pragma once
// Making long texts short for a reader who must know that they were cut. All cuts fall between UTF-8 characters.

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

struct shortened_text {
  std::string text;
  bool cut = false;
};

/// At most `bytes_max` bytes: about 70 % of them from the head and 30 % from the tail, cut at line ends where there are
/// any, with a line between them that says how much is missing. Where there is no room for that line: the head alone.
shortened_text shortened(std::string_view text, std::size_t bytes_max);

/// The first `bytes_max` bytes with line ends and other control characters as blanks, and `...` where cut.
std::string one_line(std::string_view text, std::size_t bytes_max);

} // namespace claw
