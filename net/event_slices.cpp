#include "net/event_slices.hpp"

#include <utility>

namespace claw {

namespace {

constexpr std::size_t slice_events = 64; ///< with all their data they take some megabytes

} // namespace

outcome<done> each_event(const job_reader& jobs, const job_id& id, uint64_t after,
                         const std::function<bool(job_event&&)>& take) {
  while (true) {
    auto slice = jobs.events(id, after, slice_events);
    if (!slice)
      return slice.error();
    for (auto& x : *slice) {
      after = x.sequence;
      if (!take(std::move(x)))
        return done{};
    }
    if (slice->size() < slice_events)
      return done{};
  }
}

} // namespace claw
