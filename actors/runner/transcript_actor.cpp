#include "actors/runner/transcript_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior transcript_actor(observed<transcript_state>* self,
                               transcript_config config) {
  guard(self);
  CLAW_ASSERT(config.codec && config.store);
  self->state.config = std::move(config);
  return {[self](const run_line& x) {
    auto& state = self->state;
    self->show({{"job_id", x.job_id}, counted("lines", state.written), counted("lost", state.lost)});
    const auto kept = state.config.store->append(x.job_id, state.config.codec->render(x));
    ++(kept ? state.written : state.lost);
    if (kept || state.told_job == x.job_id)
      return;
    state.told_job = x.job_id; // once a job is enough
    spdlog::warn("event=transcript_lost job_id={} lease_id={} why={}", log_value(x.job_id),
                 log_value(x.lease_id), log_value(kept.error().why));
  }};
}

} // namespace claw
