#pragma once
// The characters of a text from outside, and which of them a terminal or a reader of a log would act on.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claw {

/// One code point of UTF-8 and its length in bytes; length 0 where the bytes are no UTF-8.
struct code_point {
  uint32_t value = 0;
  std::size_t bytes = 0;
};

/// @pre the text is not empty
code_point next_code_point(std::string_view text);

/// True for well-formed UTF-8, the empty text too.
bool is_utf8(std::string_view text);

/// Controls, line separators, direction marks, zero-width and invisible characters.
bool acts_on_terminal(uint32_t c);

/// How much of a text that goes on can be shown already: all of it but a last character that is not whole yet.
std::size_t whole_characters(std::string_view text);

} // namespace claw
