#pragma once
// What tools put in front of a line of text, which begins behind it: `path:12:` of a search, `+` and `-` of a diff,
// `@@ -1,2 +1,2 @@ ` of its hunks, `1a2b3c4 (Ann 2026-01-02 12) ` of a blame.
// @source grep(1) "Output Line Prefix Control", git-diff(1) "Generating patch text with -p", git-blame(1)

#include <cstdint>

namespace claw {

class line_prefix {
public:
  /// Takes the next byte. @returns whether a prefix ends with it
  bool step(char c);

private:
  enum class place : uint8_t {
    line_start,
    other,
    colon,
    line_number, ///< behind a colon
    blank,
    blame_number, ///< behind a blank
    blame_end,    ///< its parenthesis
    at_sign,
    at_signs,
  };

  static place after(char c);

  place at_ = place::line_start;
};

} // namespace claw
