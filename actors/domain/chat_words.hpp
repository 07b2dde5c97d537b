#pragma once
// How a line of the command language falls into words.

#include <string_view>

namespace claw {

/// Takes the first word off `rest`, with the blanks before and after it; "" at the end.
std::string_view take_word(std::string_view& rest);

/// As take_word, but a word that begins with a double quote goes to the next double quote, which may be left out at the
/// end of the line, and may hold blanks.
std::string_view take_quoted_word(std::string_view& rest);

} // namespace claw
