#pragma once
// One connection to the broker as an actor: it carries out one order at a time and blocks while it does, so its spawner
// detaches it. A runner has several: a held claim must not keep a renewal waiting.
//
//   in   claim_order, renew_order, events_order, ask_order, report_order, release_order: each is a request with its own
//        answer

#include "actors/ports/broker_api.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <memory>

namespace claw {

struct broker_link_state {
  std::shared_ptr<worker_api> broker; ///< this actor's alone
  worker_identity me;                 ///< caps and notes as of the latest claim

  static inline const char* name = "broker_link";
};

caf::behavior broker_link_actor(observed<broker_link_state>* self,
                                std::shared_ptr<worker_api> broker, worker_identity me);

} // namespace claw
