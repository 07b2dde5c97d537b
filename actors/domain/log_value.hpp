#pragma once
// How a value from outside is written into a log line, so that no input can forge a field or a line.

#include <string>
#include <string_view>

namespace claw {

/// The text itself where it is plain (letters, digits and `._:/@+,-`); else in double quotes, with
/// `"`, `\`, control characters, line and direction marks, zero-width characters and broken UTF-8
/// escaped. An empty text is `""`. Longer texts than 512 bytes are cut and end in `...`.
std::string log_value(std::string_view text);

/// Escapes the same characters except for quotes and backslashes: what a whole log line goes through last.
std::string log_line(std::string_view text);

} // namespace claw
