// The queue and the running time that each requester has used: what fair share is measured by.

#include "actors/broker/job_queue_actor.hpp"

#include <utility>

namespace claw {

namespace {

/// A grant costs so much at once, so that claims that come together do not all go to one requester.
constexpr std::chrono::milliseconds grant_cost{100};

/// The running jobs are not looked at more often than this.
constexpr std::chrono::milliseconds charge_pause{100};

std::chrono::milliseconds since_start(actor_time x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x.time_since_epoch());
}

} // namespace

void job_queue_state::charge(awake_job& x, bool still_running) {
  const auto now = self->clock().now();
  auto ran = std::chrono::milliseconds{0};
  if (x.charged)
    ran = std::chrono::duration_cast<std::chrono::milliseconds>(now - *x.charged);
  else if (still_running)
    ran = grant_cost;
  if (ran.count() > 0)
    index.charge(x.record.requester, ran, since_start(now));
  if (!still_running)
    x.charged.reset();
  else if (!x.charged || ran.count() > 0)
    x.charged = now;
}

void job_queue_state::charge_running() {
  const auto now = self->clock().now();
  if (now - charged < charge_pause)
    return;
  charged = now;
  for (auto& [id, job] : awake)
    if (job.charged)
      charge(job, true);
}

} // namespace claw
