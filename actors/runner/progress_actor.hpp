#pragma once
// Sends the progress of running jobs to the broker in batches, at most two a second for each job. Progress may be lost,
// except for a job's newest checkpoint: it goes out at once, its run waits for what becomes of it, and it is tried
// again. A broker that knows no events is not told any.
//
//   in   run_progress; progress_flush, answered at once
//   out  events_order to the link; lease_gone, cancel_asked, checkpoint_settled to the listener

#include "actors/ports/task_codec.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace claw {

struct progress_config {
  caf::actor link;
  std::shared_ptr<const task_codec> codec;
  std::chrono::milliseconds pause{500}; ///< between two batches of a job
};

/// What waits to be sent for one job.
struct progress_batch {
  std::vector<task_codec::event> events;
  std::size_t bytes = 0;
  bool in_flight = false;
  bool tick_armed = false;
};

struct progress_state {
  progress_config config;
  caf::actor_addr listener; ///< whoever sent progress last: the claim actor
  std::map<job_hold, progress_batch> jobs;

  actor_facts facts() const { return {counted("jobs", jobs.size())}; }

  static inline const char* name = "progress";
};

caf::behavior progress_actor(observed<progress_state>* self, progress_config config);

} // namespace claw
