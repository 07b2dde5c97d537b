#include "actors/broker/job_actor.hpp"

#include "actors/broker/lease_actor.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior job_actor(observed<job_state>* self, job_surroundings_ptr around,
                        const caf::actor& queue, job record) {
  guard(self);
  self->monitor(queue);
  self->set_down_handler([self](const caf::down_msg& x) { self->state.on_down(x); });
  auto& state = self->state;
  state.around = std::move(around);
  state.queue = queue.address();
  state.record = std::move(record);
  auto behavior = state.behavior();
  state.wake();
  return behavior;
}

caf::behavior job_state::behavior() {
  return {
      [this](birth& x) { on_birth(x); },
      [this](claim_offer& x) { on_claim(x); },
      [this](finish_request& x) { on_finish(x); },
      [this](const renew_request& x) { on_renew(x); },
      [this](const release_request& x) { on_release(x); },
      [this](const progress_request& x) { on_progress(x); },
      [this](const cancel_request& x) { on_cancel(x); },
      [this](const retry_request& x) { on_retry(x); },
      [this](const orphan_notice& x) { on_orphaned(x); },
      [this](const token_revoked& x) { on_token_revoked(x); },
      [this](deadline_notice) { on_deadline(); },
      [this](const watch_request& x) { on_watch(x); },
      [this](poll_closed x) { on_poll_closed(x); },
      [this](watches_end) { on_watches_end(); },
      [this](const alarm_rang& x) { on_alarm(x); },
      [this](grace_begun) { on_grace(); },
      [this](const lease_ended& x) { on_lease_ended(x); },
  };
}

void job_state::wake() {
  if (record.status != job_status::running)
    return;
  start_lease(nullptr); // the broker or this actor has been away: a full term of grace
  caf::anon_send(self, grace_begun{});
}

void job_state::on_grace() {
  if (record.status == job_status::running)
    commit(renewed(record, lease_until_s()), [this](const failure&) { report(); });
}

void job_state::commit(job_change change, continuation then) {
  CLAW_ASSERT(!in_flight);
  CLAW_ASSERT(change.after.id == record.id && change.after.events >= record.events);
  commit_request request;
  in_flight = change.after;
  request.change = std::move(change);
  request.from = self;
  after_commit = std::move(then);
  self->set_default_handler(caf::skip);
  self->become(caf::keep_behavior, [this](const commit_answer& x) { on_commit_answer(x); });
  caf::anon_send(around->store, std::move(request));
}

void job_state::on_commit_answer(const commit_answer& x) {
  CLAW_ASSERT(in_flight);
  self->unbecome();
  guard(self); // what came meanwhile is no longer skipped
  auto after = *std::exchange(in_flight, std::nullopt);
  const auto then = std::exchange(after_commit, nullptr);
  if (x.trouble.code == ec::none) {
    record = std::move(after);
    if (record.status != job_status::running)
      stop_lease();
  }
  const auto heard = take_watches([this](const watch& w) { return has_news_for(w.request); });
  then(x.trouble);
  for (const auto& w : heard)
    tell(w.request);
}

actor_facts job_state::facts() const {
  return {{"job_id", to_string(record.id)},
          {"status", std::string{to_string(record.status)}},
          counted("attempt", record.attempt),
          {"worker_id", record.worker_id},
          {"commits", in_flight.has_value()},
          counted("watches", watches.size())};
}

void job_state::settle() {
  ++handled;
  report();
}

void job_state::report() const {
  if (auto told = caf::actor_cast<caf::actor>(queue))
    caf::anon_send(told, job_report{self->address(), record, handled, !watches.empty(), unreadable});
}

void job_state::start_lease(const caf::actor& of_worker) {
  CLAW_ASSERT(record.status == job_status::running);
  worker = of_worker;
  renewals = 0;
  lease = self->spawn<caf::monitored>(
      lease_actor, lease_config{record.lease_id, around->lease_term}, caf::actor{self}, worker);
}

void job_state::stop_lease() {
  if (!lease)
    return;
  self->demonitor(lease);
  caf::anon_send_exit(lease, caf::exit_reason::user_shutdown);
  lease = nullptr;
  worker = nullptr;
}

void job_state::on_down(const caf::down_msg& x) {
  if (x.source == queue)
    self->quit();
  else if (lease && x.source == lease.address() && record.status == job_status::running)
    start_lease(worker); // a crash of ours must not cost a worker its job
}

} // namespace claw
