#pragma once
// At most n events in any 60 seconds. A plain value: the caller brings the time.

#include <chrono>
#include <cstddef>
#include <deque>

namespace claw {

class rate_window {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param events_max in any window; 0 admits nothing
  explicit rate_window(std::size_t events_max,
                       std::chrono::steady_clock::duration window = std::chrono::seconds{60});

  /// Counts the event and says yes, or says no and counts nothing.
  bool admit(time_point now);

  /// What was counted then does not count after all.
  void take_back(time_point counted);

  /// How long until the next event would be admitted; 0 when it would be now.
  std::chrono::steady_clock::duration wait(time_point now) const;

private:
  std::size_t events_max_;
  std::chrono::steady_clock::duration window_;
  std::deque<time_point> admitted_; ///< oldest first, at most events_max_
};

} // namespace claw
