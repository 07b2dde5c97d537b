#pragma once
// How often a bot may begin a new session. Discord resets the token of one that does it 1,000 times in 24 hours, so
// the times are kept on disk: a program that is restarted in a loop must slow down by itself. Resuming costs nothing.
// @source Discord API reference, "Session Start Limit"

#include <chrono>
#include <cstdint>
#include <vector>

namespace claw {

class identify_budget {
public:
  static constexpr std::chrono::milliseconds gap_min{5'000}; ///< what Discord allows
  static constexpr std::size_t quick_per_hour = 30;          ///< after so many in an hour:
  static constexpr std::chrono::milliseconds slow_gap{60'000};
  static constexpr std::size_t per_day_max = 900;

  identify_budget() = default;
  /// @param times_ms wall times of earlier sessions, in any order
  explicit identify_budget(std::vector<int64_t> times_ms);

  /// How long to wait at `wall_ms` before the next session may begin. A clock that was set back does not block for
  /// ever.
  std::chrono::milliseconds wait(int64_t wall_ms) const;

  void spend(int64_t wall_ms);

  /// Those of the last day, oldest first.
  const std::vector<int64_t>& times_ms() const noexcept { return times_ms_; }

private:
  std::vector<int64_t> times_ms_;
};

} // namespace claw
