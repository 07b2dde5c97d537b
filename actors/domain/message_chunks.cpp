#include "actors/domain/message_chunks.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/code_fence.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/utf8_text.hpp"

#include <algorithm>

namespace claw {

namespace {

/// A block that opens in the middle of a cut line.
constexpr std::size_t midline_closing_units = 4;

/// Fills one chunk after the other.
class chunk_writer {
public:
  explicit chunk_writer(std::size_t units_max) : units_max_(units_max) {}

  /// @param line with its line break, where it has one
  void add(std::string_view line) {
    const auto bare = line.substr(0, line.size() - (line.ends_with('\n') ? 1 : 0));
    auto after = fence_after(fence_, bare);
    if (!fits(line, after) && has_own() && !fills_the_rest(line))
      next();
    while (!fits(line, after)) {
      const auto head = line.substr(0, head_of(line, after));
      append(head);
      line.remove_prefix(head.size());
      fence_ = fence_after(fence_, head);
      after = fence_after(fence_, line.substr(0, line.size() - (line.ends_with('\n') ? 1 : 0)));
      next();
    }
    append(line);
    fence_ = after;
  }

  std::vector<message_chunk> finish() {
    close();
    return std::move(done_);
  }

private:
  bool has_own() const { return chunk_.text.size() > chunk_.opened_bytes; }

  /// What the chunk must still hold behind everything else when the block `x` is open at its end.
  static std::size_t closing_units(const code_fence& x) { return x.open() ? utf16_units(x.closing()) + 1 : 0; }

  bool fits(std::string_view text, const code_fence& after) const {
    return units_ + utf16_units(text) + closing_units(after) <= units_max_;
  }

  /// A line that needs a second chunk in any case begins in this one, unless little of it would stand there.
  bool fills_the_rest(std::string_view line) const {
    return utf16_units(line) > units_max_ * 3 / 4 && units_ < units_max_ / 2;
  }

  /// How much of a line that is too long fits: up to a blank in its last quarter, else up to any character.
  std::size_t head_of(std::string_view line, const code_fence& after) const {
    const auto reserve = std::max({closing_units(after), closing_units(fence_),
                                   line.find("```") == std::string_view::npos ? 0 : midline_closing_units});
    CLAW_ASSERT(units_ + reserve + 2 <= units_max_);
    const auto room = bytes_within(line, units_max_ - units_ - reserve);
    const auto blank = line.substr(0, room).find_last_of(" \t");
    return blank != std::string_view::npos && blank + 1 > room - room / 4 ? blank + 1 : room;
  }

  void append(std::string_view text) {
    chunk_.text += text;
    units_ += utf16_units(text);
  }

  void next() {
    const auto goes_on = fence_;
    close();
    if (!goes_on.open())
      return;
    const auto opening = goes_on.opening();
    append(opening);
    chunk_.opened_bytes = opening.size();
  }

  void close() {
    if (fence_.open() && has_own()) {
      const auto closing = (chunk_.text.ends_with('\n') ? "" : "\n") + fence_.closing();
      chunk_.text += closing;
      chunk_.closed_bytes = closing.size();
    }
    if (is_worth_sending(chunk_))
      done_.push_back(std::move(chunk_));
    chunk_ = {};
    units_ = 0;
  }

  static bool is_worth_sending(const message_chunk& x) {
    const auto own = trimmed(x.own());
    return own.find_first_not_of("`~> \t\r\n") != std::string_view::npos;
  }

  std::size_t units_max_;
  std::size_t units_ = 0; ///< of `chunk_`
  code_fence fence_;      ///< open at its end
  message_chunk chunk_;
  std::vector<message_chunk> done_;
};

} // namespace

std::vector<message_chunk> message_chunks(std::string_view text, std::size_t units_max) {
  chunk_writer writer{units_max};
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    writer.add(line);
    text.remove_prefix(line.size());
  }
  return writer.finish();
}

} // namespace claw
