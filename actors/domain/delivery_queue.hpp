#pragma once
// The order in which a runner tries to deliver its reports: new ones at once, then with growing pauses, and all of them
// again as soon as one got through. Plain values: the actor brings the time, does the sending and the keeping on disk.

#include "actors/domain/run_report.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace claw {

/// What came of one try.
enum class delivery_end : uint8_t {
  accepted,
  denied, ///< a no for good
  failed, ///< try again
};

/// A report under way.
struct delivery {
  uint64_t number = 0; ///< 1, 2, 3, ... in the order of arrival
  run_report report;
  std::chrono::steady_clock::time_point due{};
  uint32_t tries = 0;
  bool kept = false; ///< it is on disk
};

class delivery_queue {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t reports_max = 256;
  static constexpr std::size_t bytes_max = 67'108'864;
  static constexpr int64_t age_max_s = 604'800; ///< a week
  static constexpr std::chrono::milliseconds pause_min{500};
  static constexpr std::chrono::milliseconds pause_max{30'000};

  /// @returns what had to go to make room: the oldest
  std::vector<delivery> add(run_report report, time_point now, bool kept);

  /// @returns what is too old to be worth a try
  std::vector<delivery> expire(int64_t wall_s);

  /// The first in the order of arrival that is due; none when there is none. Valid until the next change.
  const delivery* next(time_point now) const;

  /// When `next` will have one.
  std::optional<time_point> due() const;

  /// Notes the end of a try. An accepted or denied report leaves the queue and is returned.
  std::optional<delivery> after(uint64_t number, delivery_end end, time_point now, uint64_t random);

  /// Everything may be tried now.
  void hurry(time_point now);

  void mark_kept(uint64_t number);

  const std::vector<delivery>& all() const noexcept { return all_; }

private:
  std::vector<delivery> all_; ///< by number
  uint64_t last_number_ = 0;
  std::size_t bytes_ = 0;

  delivery remove(std::vector<delivery>::iterator at);
  std::vector<delivery>::iterator find(uint64_t number);
};

} // namespace claw
