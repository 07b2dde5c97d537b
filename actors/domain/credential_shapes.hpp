#pragma once
// What credentials look like: a table of prefixes, a few hand-written scanners, no regular
// expressions. Each scanner looks at a bounded number of bytes from a place where a word begins, so
// that a text of any kind takes linear time.
// @source the vendors' token formats: GitHub, GitLab, Slack, AWS, Google, OpenAI, Stripe, npm,
// Discord; RFC 7519 (JWT), RFC 7468 (PEM).

#include "actors/domain/escape_watch.hpp"
#include "actors/domain/line_prefix.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claw {

/// What a scanner has to know of the text before it. Changed only by the stream that owns it.
struct shape_context {
  /// The byte before, or what an escape sequence that ends there stands for; '\n' at first and behind a line_prefix.
  char before = '\n';
  bool line_start = true; ///< nothing but indentation and the like on this line so far
  enum class phase : uint8_t {
    open,      ///< looking for the beginning of a credential
    word,      ///< inside a long token: it goes on as long as its characters do
    value,     ///< inside a long value: it goes on to the next blank or quotation mark
    key_block, ///< inside a PEM private key
  } now
    = phase::open;
  escape_watch escapes;
  line_prefix prefix;
  uint8_t gaps_in_word = 0;

  /// Takes note of bytes that were passed.
  void pass(std::string_view bytes);
  void step(char c);

  /// Takes note of invisible characters in front of `next`: a credential may go on through them, and may begin there,
  /// for the first few of a word. More would be looked at again and again.
  void pass_gap(char next);
};

/// What stands at the beginning of a text.
struct shape_verdict {
  enum class kind : uint8_t {
    plain,      ///< `length` bytes that are no credential
    secret,     ///< `skip` plain bytes, then `length` bytes of a credential
    incomplete, ///< more text is needed to tell
  } what
    = kind::plain;
  std::size_t skip = 0;
  std::size_t length = 0;
  shape_context::phase then = shape_context::phase::open;
};

/// The most bytes that a verdict can be kept waiting for.
inline constexpr std::size_t shape_bytes_max = 4'096;

/// @param at_end no more text will follow
/// @param plain_max where the next gap is: no more bytes are `plain` at once
/// @param steps grows by the number of bytes that were looked at
/// @pre `rest` is not empty
shape_verdict shape_at(std::string_view rest, const shape_context& context, bool at_end, std::size_t plain_max,
                       std::size_t& steps);

} // namespace claw
