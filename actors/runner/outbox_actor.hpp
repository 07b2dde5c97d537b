#pragma once
// Delivers how jobs ended. A report that the broker did not take at the first try, or not within a second, is kept on
// disk until it does, or says no for good, or the report is too old. For a result that is too large for the broker, a
// failure is delivered that says so. Waits for the disk, so its spawner detaches it.
//
//   in   run_report
//        outbox_clear   answered when nothing is left to deliver, or when the next try has failed
//        outbox_flush   answered when everything is on disk and has been tried once more
//   out  report_order to the link

#include "actors/domain/delivery_queue.hpp"
#include "actors/ports/outbox_store.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace claw {

struct outbox_config {
  caf::actor link;
  std::shared_ptr<outbox_store> store; ///< this actor's alone
  std::function<int64_t()> wall_s;
  std::function<uint64_t()> random;
};

struct outbox_state {
  outbox_config config;
  delivery_queue queue;
  uint64_t timers = 0; ///< names the newest timer; older ones are void
  bool in_flight = false;
  std::vector<caf::response_promise> clearing; ///< of those who asked outbox_clear
  bool flushing = false;
  caf::response_promise flushed;

  actor_facts facts() const {
    return {{"delivering", in_flight}, counted("who_wait", clearing.size()), {"flushing", flushing}};
  }

  static inline const char* name = "outbox";
};

caf::behavior outbox_actor(observed<outbox_state>* self, outbox_config config);

} // namespace claw
