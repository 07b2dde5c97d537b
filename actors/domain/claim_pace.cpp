#include "actors/domain/claim_pace.hpp"

#include <algorithm>

namespace claw {

using std::chrono::milliseconds;

milliseconds backoff_with_jitter(uint32_t failures, milliseconds min, milliseconds max,
                                 uint64_t random) {
  const auto doublings = std::clamp<uint32_t>(failures, 1, 30) - 1;
  const auto whole = std::min<int64_t>(min.count() << doublings, max.count());
  const auto half = whole / 2;
  return milliseconds{whole - half
                      + static_cast<int64_t>(random % static_cast<uint64_t>(half + 1))};
}

milliseconds claim_pace::after(claim_end end, milliseconds wanted, milliseconds held,
                               uint64_t random) {
  const bool bad = end == claim_end::failed || end == claim_end::denied;
  failures = bad ? failures + 1 : 0;
  if (bad)
    undelivered = 0;
  switch (end) {
  case claim_end::granted:
    return milliseconds{0};
  case claim_end::nothing:
    if (held >= wanted / 2) {
      broker_holds = true;
      return milliseconds{0};
    }
    return broker_holds ? std::min(restart_pause, poll_interval) : poll_interval;
  case claim_end::failed:
    return backoff_with_jitter(failures, backoff_min, backoff_max, random);
  case claim_end::denied:
    return backoff_with_jitter(failures, poll_interval, std::max(poll_interval, backoff_max),
                               random);
  }
  return poll_interval;
}

} // namespace claw
