#pragma once
// What the scanners of credential_shapes share: a bounded window on the text that knows whether its
// end is the end of the text or only of what has arrived, and counts the bytes that were looked at.

#include "actors/domain/ascii.hpp"
#include "actors/domain/credential_shapes.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace claw {

/// base64url, which most tokens are made of
inline bool is_word(char c) {
  return is_alnum(c) || c == '_' || c == '-';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

struct scan_window {
  std::string_view text;
  const shape_context& context;
  bool at_end;
  std::size_t& steps;

  /// The end of the run of bytes from `begin` that `in_class` likes, at most `bytes_max` of them.
  /// @returns nothing when the run may go on in text that has not arrived yet
  template <class Class>
  std::optional<std::size_t> run_end(std::size_t begin, std::size_t bytes_max,
                                     Class in_class) const {
    std::size_t at = begin;
    while (at < text.size() && at - begin < bytes_max && in_class(text[at]))
      ++at;
    steps += at - begin + 1;
    if (at == text.size() && at - begin < bytes_max && !at_end)
      return std::nullopt;
    return at;
  }

  /// Whether `word` stands at `begin`. @returns nothing when too little has arrived to tell
  std::optional<bool> starts_with(std::size_t begin, std::string_view word) const {
    const auto here = text.substr(begin, word.size());
    steps += here.size() + 1;
    if (here != word.substr(0, here.size()))
      return false;
    if (here.size() == word.size())
      return true;
    if (at_end)
      return false;
    return std::nullopt;
  }
};

inline shape_verdict plain(std::size_t length = 1) {
  return {shape_verdict::kind::plain, 0, length, shape_context::phase::open};
}
inline shape_verdict incomplete() {
  return {shape_verdict::kind::incomplete, 0, 0, shape_context::phase::open};
}
inline shape_verdict secret(std::size_t skip, std::size_t length,
                            shape_context::phase then = shape_context::phase::open) {
  return {shape_verdict::kind::secret, skip, length, then};
}

// Each looks at the beginning of the window and says `plain` when it knows nothing of what stands there.
shape_verdict token_at(const scan_window& x);
shape_verdict assignment_at(const scan_window& x);
shape_verdict url_password_at(const scan_window& x);
shape_verdict webhook_at(const scan_window& x);
shape_verdict colon_token_at(const scan_window& x);
shape_verdict user_option_at(const scan_window& x);
shape_verdict key_block_at(const scan_window& x);
shape_verdict key_block_line(const scan_window& x);

} // namespace claw
