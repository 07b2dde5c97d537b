#include "actors/broker/worker_actor.hpp"

#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior worker_actor(observed<worker_state>* self, const caf::actor& queue,
                           std::string worker_id, std::chrono::seconds silence_max) {
  guard(self);
  self->monitor(queue);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  self->state.worker_id = std::move(worker_id);
  self->state.silence_max = silence_max;
  return self->state.behavior();
}

caf::behavior worker_state::behavior() {
  on_sign_of_life();
  return {
      [this](sign_of_life) { on_sign_of_life(); },
      [this](poll_opened) { ++polls; },
      [this](poll_ended) { on_poll_ended(); },
      [this](const alarm_rang& x) { on_alarm(x); },
  };
}

void worker_state::on_sign_of_life() {
  due = self->clock().now() + silence_max;
  timer.set(self, due);
}

void worker_state::on_poll_ended() {
  if (polls > 0) // a claim may have begun to wait before this actor came to life
    --polls;
  on_sign_of_life();
}

void worker_state::on_alarm(const alarm_rang& x) {
  timer.rang(x);
  if (polls > 0)
    due = self->clock().now() + silence_max;
  if (self->clock().now() < due)
    timer.set(self, due);
  else
    self->quit(caf::sec::request_timeout);
}

actor_facts worker_state::facts() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - self->clock().now());
  return {{"worker_id", worker_id}, counted("polls", polls), counted("silent_in_ms", left.count())};
}

bool is_silence(const caf::error& reason) {
  return reason == caf::sec::request_timeout;
}

} // namespace claw
