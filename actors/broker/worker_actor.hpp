#pragma once
// WORKER: one named worker that is alive. Every request of it is a sign of life, and so is a claim that waits. When it
// has been silent for its limit, this actor ends, which its leases and the queue notice.

#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/alarm.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace claw {

struct worker_state {
  explicit worker_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  void on_sign_of_life();
  void on_poll_ended();
  void on_alarm(const alarm_rang& x);
  actor_facts facts() const;

  caf::event_based_actor* self;
  std::string worker_id;
  std::chrono::seconds silence_max{};
  alarm timer;
  actor_time due{};   ///< silent from then on
  uint64_t polls = 0; ///< claims of it that wait

  static inline const char* name = "worker";
};

/// @param queue when it goes down, so does this
caf::behavior worker_actor(observed<worker_state>* self, const caf::actor& queue,
                           std::string worker_id, std::chrono::seconds silence_max);

/// True for the reason that a worker ends with when it fell silent.
bool is_silence(const caf::error& reason);

} // namespace claw
