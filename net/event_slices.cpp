#include "net/event_slices.hpp"

#include <utility>

namespace claw {

namespace {

/// Many small events, or some large ones: a caller who stops early has not read much in vain.
const event_slice slice{256, 65'536};

} // namespace

outcome<done> each_event(const job_reader& jobs, const job_id& id, uint64_t after,
                         const std::function<bool(job_event&&)>& take) {
  while (true) {
    auto some = jobs.events(id, after, slice);
    if (!some)
      return some.error();
    auto room = slice;
    for (auto& x : *some) {
      room.take(x.data_json.size());
      after = x.sequence;
      if (!take(std::move(x)))
        return done{};
    }
    if (!room.full())
      return done{};
  }
}

} // namespace claw
