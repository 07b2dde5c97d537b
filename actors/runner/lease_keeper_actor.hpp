#pragma once
// Keeps the lease of one attempt alive while the work goes on, whatever the work is doing. Tells its parent when the
// job is lost or is to be cancelled; between two renewals it asks twice a second, so that a cancel takes effect within
// one. Goes quiet where an old broker knows no renewal. Ends with its parent.
//
//   out  renew_order to the link, ask_order to the other one; lease_gone, cancel_asked to the parent

#include "actors/domain/lease_watch.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>

namespace claw {

struct lease_keeper_config {
  caf::actor link; ///< for renewals only
  caf::actor asks; ///< a link for questions: one that hangs must not delay a renewal
  caf::actor_addr parent;
  job_hold hold;
  std::chrono::milliseconds term; ///< of the lease, as lease_term_of says
};

struct lease_keeper_state {
  lease_keeper_config config;
  lease_watch watch;
  bool cancel_told = false;

  actor_facts facts() const { return {{"job_id", config.hold.job_id}, {"cancel_told", cancel_told}}; }

  static inline const char* name = "lease_keeper";
};

caf::behavior lease_keeper_actor(observed<lease_keeper_state>* self,
                                 lease_keeper_config config);

} // namespace claw
