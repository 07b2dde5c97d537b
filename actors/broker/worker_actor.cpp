#include "actors/broker/worker_actor.hpp"

#include "actors/shared/guard.hpp"

namespace claw {

caf::behavior worker_actor(caf::stateful_actor<worker_state>* self, const caf::actor& queue,
                           std::chrono::seconds silence_max) {
  guard(self);
  self->monitor(queue);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
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

bool is_silence(const caf::error& reason) {
  return reason == caf::sec::request_timeout;
}

} // namespace claw
