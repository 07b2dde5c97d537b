#pragma once
// Where an escape sequence ends: what stands behind it begins a word, though a letter or a digit may be the last byte
// before it. `\n`, `\"`, `\u0022`, `\x0a`, `\012` of code and JSON (also escaped twice), `%0A` and `%250A` of URLs, and
// the colours of terminals. Those of HTML (`&quot;`) end in a byte that is part of no word.
// @source RFC 8259 section 7, RFC 3986 section 2.1, ISO C "Character constants", ECMA-48 section 5.4

#include <cstdint>

namespace claw {

class escape_watch {
public:
  /// @returns what the next byte follows: `c` itself; behind an escape sequence '\n' for a line end, `?` and `&` for
  /// themselves, and a blank for all others
  char step(char c);

  /// The byte that was stepped over last is part of an escape sequence.
  bool inside() const noexcept { return inside_; }

private:
  enum class place : uint8_t {
    outside,
    backslash,
    hex, ///< digits of `\u`, `\x`, `%`
    octal,
    escape, ///< behind an ESC, written in whatever way
    colour, ///< between `[` and the letter that ends it
  };

  char digit(char c);
  char decoded();
  char behind_backslash(char c);
  char begin(place where, uint8_t digits, char c);

  place at_ = place::outside;
  bool inside_ = false;
  uint8_t left_ = 0; ///< digits that are still to come
  uint32_t value_ = 0;
};

} // namespace claw
