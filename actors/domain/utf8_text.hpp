#pragma once
// Text as UTF-8, counted as Discord's clients count it: in UTF-16 units, which are never fewer than characters.

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

/// Broken sequences become U+FFFD; NUL goes. What comes out is valid UTF-8.
std::string valid_utf8(std::string_view text);

/// @pre valid UTF-8
std::size_t utf16_units(std::string_view text);

/// How many bytes the longest beginning of at most `units_max` UTF-16 units has, cut between characters and not
/// before a joiner or a combining mark where that can be avoided. At least one character. @pre valid UTF-8
std::size_t bytes_within(std::string_view text, std::size_t units_max);

/// The beginning of at most `units_max` units, with `…` at its end where it was cut.
std::string clipped(std::string_view text, std::size_t units_max);

} // namespace claw
