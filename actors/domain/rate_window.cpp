#include "actors/domain/rate_window.hpp"

#include <algorithm>
#include <iterator>

namespace claw {

rate_window::rate_window(std::size_t events_max, std::chrono::steady_clock::duration window)
    : events_max_(events_max), window_(window) {}

bool rate_window::admit(time_point now) {
  while (!admitted_.empty() && admitted_.front() + window_ <= now)
    admitted_.pop_front();
  if (admitted_.size() >= events_max_)
    return false;
  admitted_.push_back(now);
  return true;
}

void rate_window::take_back(time_point counted) {
  if (const auto i = std::find(admitted_.rbegin(), admitted_.rend(), counted); i != admitted_.rend())
    admitted_.erase(std::next(i).base());
}

std::chrono::steady_clock::duration rate_window::wait(time_point now) const {
  if (admitted_.size() < events_max_ || admitted_.empty())
    return std::chrono::steady_clock::duration{0};
  // Only the newest events_max_ count, so the oldest kept one decides.
  const auto free_at = admitted_.front() + window_;
  return free_at <= now ? std::chrono::steady_clock::duration{0} : free_at - now;
}

} // namespace claw
