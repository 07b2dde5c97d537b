#include "actors/domain/attempt_policy.hpp"

#include "actors/domain/error.hpp"

namespace claw {

job_change after_lease_end(const job& x, lease_end why, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::running);
  if (is_overdue(x, now_ms / 1'000))
    return overdue(x, now_ms);
  if (gives_attempt_back(why) || x.attempt < x.attempts_max)
    return requeued(x, why, now_ms);
  const auto who = x.worker_id.empty() ? std::string{"a worker without a name"} : x.worker_id;
  return buried(x, "gave up after " + std::to_string(x.attempt) + " attempts: last seen on " + who,
                now_ms);
}

} // namespace claw
