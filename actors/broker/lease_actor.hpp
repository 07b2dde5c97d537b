#pragma once
// LEASE: one attempt's right to a job, as a timer on the actor clock. It ends by itself one term after the last
// renewal, or at once when its worker falls silent; it tells its job and waits for the job to decide.

#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/alarm.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <string>

namespace claw {

struct lease_config {
  std::string lease_id;
  std::chrono::seconds term{};
};

struct lease_state {
  explicit lease_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  void on_renewed();
  void on_alarm(const alarm_rang& x);
  void on_down(const caf::down_msg& x);
  actor_facts facts() const;

  caf::event_based_actor* self;
  lease_config config;
  caf::actor_addr job;
  alarm timer;
  actor_time due{};
  uint64_t renewals = 0;

  static inline const char* name = "lease";

private:
  void begin_term();
  void tell_end(lease_end why);
};

/// @param job    told when the lease ends; when it goes down, so does this
/// @param worker watched; null for a worker without a name
caf::behavior lease_actor(observed<lease_state>* self, lease_config config,
                          const caf::actor& job, const caf::actor& worker);

} // namespace claw
