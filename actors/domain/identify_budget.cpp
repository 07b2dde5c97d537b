#include "actors/domain/identify_budget.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr int64_t hour_ms = 3'600'000;
constexpr int64_t day_ms = 24 * hour_ms;

} // namespace

identify_budget::identify_budget(std::vector<int64_t> times_ms) : times_ms_(std::move(times_ms)) {
  std::sort(times_ms_.begin(), times_ms_.end());
}

std::chrono::milliseconds identify_budget::wait(int64_t wall_ms) const {
  std::vector<int64_t> known;
  for (const auto x : times_ms_)
    if (x <= wall_ms && wall_ms - x < day_ms)
      known.push_back(x);
  if (known.empty())
    return std::chrono::milliseconds{0};
  const auto in_hour = std::count_if(known.begin(), known.end(), [=](int64_t x) { return wall_ms - x < hour_ms; });
  const auto gap = static_cast<std::size_t>(in_hour) < quick_per_hour ? gap_min : slow_gap;
  auto until = known.back() + gap.count();
  if (known.size() >= per_day_max)
    until = std::max(until, known[known.size() - per_day_max] + day_ms);
  return std::chrono::milliseconds{std::max<int64_t>(0, until - wall_ms)};
}

void identify_budget::spend(int64_t wall_ms) {
  std::erase_if(times_ms_, [=](int64_t x) { return x > wall_ms || wall_ms - x >= day_ms; });
  times_ms_.push_back(wall_ms);
}

} // namespace claw
