#pragma once
// Bytes of strangers made fit to be shown: valid UTF-8, cut at the boundaries of characters.

#include "actors/domain/code_points.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

/// C0 controls, DEL, NUL; also the C1 controls, whose bytes are valid UTF-8.
bool has_control_character(std::string_view text);

/// Every byte that is no part of valid UTF-8, and every NUL, becomes U+FFFD.
std::string to_utf8(std::string_view bytes);

/// The longest beginning of at most `bytes_max` bytes that ends at a character's end. @pre is_utf8(text)
std::string_view cut_at_character(std::string_view text, std::size_t bytes_max);

/// The first `count` characters. @pre is_utf8(text)
std::string_view first_characters(std::string_view text, std::size_t count);

} // namespace claw
