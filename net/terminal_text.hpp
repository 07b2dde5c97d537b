#pragma once
// What came from elsewhere, made fit for a terminal: a worker's text must not move the cursor or look like another one.
// Pure functions.

#include "actors/domain/redaction.hpp"

#include <string>
#include <string_view>

namespace claw {

/// Without what acts_on_terminal but line breaks and tabs; in a `one_line` text these become blanks, too. What is no
/// UTF-8 becomes U+FFFD.
std::string printable(std::string_view text, bool one_line);

/// One line of it for a listing: redacted, printable, shortened.
std::string shown(const std::string& text, const redactor& redact);

/// The same JSON, with what acts_on_terminal escaped (RFC 8259, 7): a reader gets every character, a terminal none.
/// @param json valid JSON text: beyond ASCII, characters stand in its strings only
std::string printable_json(std::string_view json);

} // namespace claw
