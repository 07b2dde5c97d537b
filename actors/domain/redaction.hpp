#pragma once
// Takes secrets out of text before it reaches a person, a log or the broker. Two kinds are known:
// the exact values of our own tokens (also base64- and URL-encoded, also inside longer words), and
// the shapes that credentials of other systems have (credential_shapes.hpp). Invisible characters
// inside of a secret hide nothing of it, and go with it; all others stay. Time is linear in the text
// whatever is in it.

#include "actors/domain/credential_shapes.hpp"
#include "actors/domain/exact_secrets.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// What stands in the place of a secret.
inline constexpr std::string_view redacted_mark = "***";

/// Redacts whole texts. Cheap to copy; may be used by several threads at once.
class redactor {
public:
  /// @param exact_values our own tokens; those of fewer than 8 bytes are ignored, they would hit ordinary words
  explicit redactor(std::vector<std::string> exact_values = {});

  std::string whole(std::string_view text) const;

private:
  friend class stream_redactor;
  std::shared_ptr<const exact_secrets> exact_;
};

/// Redacts a text that arrives in pieces: however it is cut, what comes out is what `whole` makes
/// of it. Holds back only what may still turn out to be a secret, never more than a few kilobytes.
class stream_redactor {
public:
  explicit stream_redactor(const redactor& rules);

  /// @returns what is safe to show by now; may be empty.
  std::string feed(std::string_view piece);

  /// The text is at its end. @returns the rest. The object can be used for another text afterwards.
  std::string finish();

  /// Visible bytes that are not shown yet.
  std::size_t held_back() const noexcept { return pending_.size(); }

  /// Bytes looked at so far, for tests of linear time.
  std::size_t steps() const noexcept { return steps_; }

private:
  /// Invisible characters, and the byte of `pending_` in front of which they stand.
  struct gap {
    std::size_t at = 0;
    std::string bytes;
  };

  void take(std::string_view piece, bool at_end);
  void take_visible(std::string_view piece);
  void take_invisible(std::string_view piece);
  void scan(bool at_end);
  void pass(std::size_t count);
  void mark_secret(std::size_t begin, std::size_t count);
  std::string release(std::size_t limit);

  std::shared_ptr<const exact_secrets> exact_;
  exact_secrets::state exact_state_{};
  std::string undecided_;   ///< the beginning of a character that may be invisible
  std::string pending_;     ///< visible, not yet released
  std::vector<gap> gaps_;   ///< in `pending_`, in order
  std::string kinds_;       ///< for each byte of `pending_`: is it plain, or secret?
  std::size_t scanned_ = 0; ///< bytes of `pending_` that the shapes have decided on
  shape_context context_;
  bool in_mark_ = false; ///< the last thing released was a mark: a secret that goes on gets no second one
  std::size_t steps_ = 0;
};

/// Puts a line of warning in front of a text that gives orders to its reader ("run this command", ...).
std::string with_instruction_warning(std::string text);

} // namespace claw
