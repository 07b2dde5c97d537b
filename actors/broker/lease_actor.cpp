#include "actors/broker/lease_actor.hpp"

#include "actors/broker/worker_actor.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior lease_actor(observed<lease_state>* self, lease_config config,
                          const caf::actor& job, const caf::actor& worker) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg& x) { self->state.on_down(x); });
  self->monitor(job);
  if (worker)
    self->monitor(worker);
  self->state.config = std::move(config);
  self->state.job = job.address();
  return self->state.behavior();
}

caf::behavior lease_state::behavior() {
  begin_term();
  return {
      [this](lease_renewed) { on_renewed(); },
      [this](const alarm_rang& x) { on_alarm(x); },
  };
}

void lease_state::on_renewed() {
  ++renewals;
  begin_term();
}

void lease_state::on_alarm(const alarm_rang& x) {
  timer.rang(x);
  if (self->clock().now() < due)
    timer.set(self, due);
  else
    tell_end(lease_end::expired);
}

void lease_state::on_down(const caf::down_msg& x) {
  if (x.source == job) {
    self->quit();
    return;
  }
  // A worker that has never renewed may be one that cannot: its silence says nothing before its term is over.
  if (is_silence(x.reason) && renewals > 0)
    tell_end(lease_end::worker_lost);
}

actor_facts lease_state::facts() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - self->clock().now());
  return {counted("ends_in_ms", left.count()), counted("renewals", renewals)};
}

void lease_state::begin_term() {
  due = self->clock().now() + config.term;
  timer.set(self, due);
}

void lease_state::tell_end(lease_end why) {
  if (auto told = caf::actor_cast<caf::actor>(job))
    caf::anon_send(told, lease_ended{config.lease_id, renewals, why});
}

} // namespace claw
