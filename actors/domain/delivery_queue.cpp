#include "actors/domain/delivery_queue.hpp"

#include "actors/domain/claim_pace.hpp"

#include <algorithm>

namespace claw {

std::vector<delivery> delivery_queue::add(run_report report, time_point now, bool kept) {
  std::vector<delivery> gone;
  const auto size = report.text.size();
  while (!all_.empty() && (all_.size() >= reports_max || bytes_ + size > bytes_max))
    gone.push_back(remove(all_.begin()));
  bytes_ += size;
  all_.push_back({++last_number_, std::move(report), now, 0, kept});
  return gone;
}

std::vector<delivery> delivery_queue::expire(int64_t wall_s) {
  std::vector<delivery> gone;
  for (auto at = all_.begin(); at != all_.end();) {
    if (wall_s - at->report.made_at_s <= age_max_s) {
      ++at;
      continue;
    }
    const auto index = at - all_.begin();
    gone.push_back(remove(at));
    at = all_.begin() + index;
  }
  return gone;
}

const delivery* delivery_queue::next(time_point now) const {
  const auto at
      = std::find_if(all_.begin(), all_.end(), [&](const delivery& x) { return x.due <= now; });
  return at == all_.end() ? nullptr : &*at;
}

std::optional<delivery_queue::time_point> delivery_queue::due() const {
  std::optional<time_point> first;
  for (const auto& x : all_)
    if (!first || x.due < *first)
      first = x.due;
  return first;
}

std::optional<delivery> delivery_queue::after(uint64_t number, delivery_end end, time_point now,
                                              uint64_t random) {
  const auto at = find(number);
  if (at == all_.end())
    return std::nullopt;
  if (end == delivery_end::failed) {
    ++at->tries;
    // The first pauses are the contract's 0.5, 1 and 2 s to the letter; later ones are spread out.
    const auto pause = at->tries <= 3
                           ? pause_min * (1 << (at->tries - 1))
                           : backoff_with_jitter(at->tries, pause_min, pause_max, random);
    at->due = now + pause;
    return std::nullopt;
  }
  auto gone = remove(at);
  if (end == delivery_end::accepted)
    hurry(now); // the broker is back
  return gone;
}

void delivery_queue::hurry(time_point now) {
  for (auto& x : all_)
    x.due = std::min(x.due, now);
}

void delivery_queue::mark_kept(uint64_t number) {
  if (const auto at = find(number); at != all_.end())
    at->kept = true;
}

delivery delivery_queue::remove(std::vector<delivery>::iterator at) {
  auto gone = std::move(*at);
  all_.erase(at);
  bytes_ -= gone.report.text.size();
  return gone;
}

std::vector<delivery>::iterator delivery_queue::find(uint64_t number) {
  return std::find_if(all_.begin(), all_.end(),
                      [=](const delivery& x) { return x.number == number; });
}

} // namespace claw
