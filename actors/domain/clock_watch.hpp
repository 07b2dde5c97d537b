#pragma once
// Notices that the wall clock was set: it no longer keeps step with the steady one. Leases and waits run on the steady
// clock and are safe; `not_before`, `deadline`, ids and every shown time follow the wall clock. A plain value: the
// caller brings both times, in milliseconds.

#include <cstdint>
#include <optional>

namespace claw {

class clock_watch {
public:
  /// More than what a clock that is being slewed does between two looks, and than times in whole seconds may be off.
  static constexpr int64_t jump_ms_min = 2'000;
  /// So long a jump is worth mentioning.
  static constexpr int64_t jump_ms_remembered = 60'000;
  /// 2024-01-01: whoever reads less has not been given the time yet.
  static constexpr int64_t wall_ms_min = 1'704'067'200'000;

  void look(int64_t wall_ms, int64_t steady_ms) {
    const auto ahead = wall_ms - steady_ms;
    if (ahead_) {
      const auto by = ahead - *ahead_;
      if (by >= jump_ms_min || by <= -jump_ms_min) {
        ++jumps_;
        last_ = jump{by, steady_ms};
      }
    }
    ahead_ = ahead;
  }

  struct jump {
    int64_t by_ms = 0; ///< negative: back
    int64_t at_ms = 0; ///< of the steady clock
  };

  /// The last jump, as long as it is fresh.
  std::optional<jump> recent(int64_t steady_ms) const {
    return last_ && steady_ms - last_->at_ms < jump_ms_remembered ? last_ : std::nullopt;
  }

  uint64_t jumps() const noexcept { return jumps_; }

private:
  std::optional<int64_t> ahead_; ///< of the wall clock over the steady one
  std::optional<jump> last_;
  uint64_t jumps_ = 0;
};

} // namespace claw
