#include "actors/broker/job_queue_actor.hpp"

#include "actors/shared/guard.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace claw {

caf::behavior job_queue_actor(observed<job_queue_state>* self,
                              job_surroundings_ptr around, broker_system_config config) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg& x) { self->state.on_down(x); });
  self->state.around = std::move(around);
  self->state.config = config;
  self->state.load();
  return self->state.behavior();
}

caf::behavior job_queue_state::behavior() {
  return {
      [this](create_request& x) { on_create(x); },
      [this](creates_settled& x) { on_creates_settled(x); },
      [this](claim_request& x) { on_claim(x); },
      [this](claim_declined& x) { on_declined(x); },
      [this](stillborn& x) { on_stillborn(x); },
      [this](poll_closed x) { on_poll_closed(x); },
      [this](finish_request& x) { route(x); },
      [this](renew_request& x) { route(x); },
      [this](release_request& x) { route(x); },
      [this](progress_request& x) { route(x); },
      [this](cancel_request& x) { route(x); },
      [this](retry_request& x) { route(x); },
      [this](watch_request& x) { route(x); },
      [this](job_report& x) { on_report(x); },
      [this](const barrier_passed& x) { on_barrier_passed(x); },
      [this](prune_request& x) { on_prune(x); },
      [this](erase_answer& x) { on_erased(x); },
      [this](const worker_seen& x) { on_seen(x); },
      [this](const drain_request& x) { on_drain(x); },
      [this](token_create_request& x) { caf::anon_send(around->tokens, std::move(x)); },
      [this](token_revoke_request& x) { on_revoke(x); },
      [this](const standing_question& x) { on_standing(x); },
      [this](const workers_question& x) { on_workers(x); },
      [this](const queue_question& x) { on_figures(x); },
      [this](const alarm_rang& x) { on_alarm(x); },
      [this](const shutdown_request& x) { on_shutdown(x); },
  };
}

failure job_queue_state::going_down() {
  return {ec::unavailable, "the broker is going down; try again"};
}

failure job_queue_state::too_many_workers() {
  return {ec::unavailable, "the broker knows as many workers as it can, and all of them live; try again later"};
}

void job_queue_state::load() {
  const auto& reader = *around->reader;
  const auto newest = reader.newest();
  if (!newest)
    throw std::runtime_error("the store cannot be read: " + newest.error().why);
  ids.emplace(*newest, around->world.random);
  const auto read = reader.each_open([this](const job& x) {
    ++open;
    if (x.status == job_status::running)
      wake(x);
    else
      line_up(waiting(x));
  });
  if (!read)
    throw std::runtime_error("the store cannot be read: " + read.error().why);
  load_keys();
  spdlog::info("event=queue_loaded queued={} running={}", index.size(), awake.size());
}

} // namespace claw
