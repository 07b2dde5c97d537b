#pragma once
// How often the text of an answer is shown while it is being written: pieces that come faster than that are joined.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace claw {

class text_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds gap{500};

  void add(std::string_view piece) { pending_ += piece; }

  /// When there is something to show that may be shown at `now`, or what is missing until then.
  std::optional<std::chrono::milliseconds> due_in(time_point now) const {
    if (pending_.empty())
      return std::nullopt;
    if (!shown_ || now >= *shown_ + gap)
      return std::chrono::milliseconds{0};
    return std::chrono::ceil<std::chrono::milliseconds>(*shown_ + gap - now);
  }

  std::string take(time_point now) {
    shown_ = now;
    return std::exchange(pending_, {});
  }

  void drop() { pending_.clear(); }

private:
  std::string pending_;
  std::optional<time_point> shown_;
};

} // namespace claw
