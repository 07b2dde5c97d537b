#pragma once
// One attempt at one job: runs the command, or the tool loop of an llm_task, within
// RESULT_TIMEOUT_SEC, and says how it ended. It knows no broker: its parent holds the lease and
// posts what comes out.
//
//   in   run_cancel      end now
//        llm_ended, command_ended, run_progress   from its child
//   out  run_progress*   then run_outcome, once, to the parent; then the actor quits

#include "actors/ports/broker_api.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/runner/run_config.hpp"
#include "actors/shared/observed_actor.hpp"

namespace claw {

struct job_run_state {
  run_config_ptr config;
  remote_job job;
  caf::actor_addr parent;
  caf::actor child;      ///< llm_run or command; must be held, a monitor alone keeps nobody alive
  stop_source stop;      ///< of a plain command
  bool reported = false; ///< the run_outcome has been sent

  ~job_run_state();

  actor_facts facts() const {
    return {{"job_id", job.id}, {"command", job.command}, counted("attempt", job.attempt), {"reported", reported}};
  }

  static inline const char* name = "job_run";
};

/// Spawn it `monitored` and hold the handle. @param parent told by messages, watched: when it ends, so does this.
caf::behavior job_run_actor(observed<job_run_state>* self, run_config_ptr config,
                            remote_job job, caf::actor_addr parent);

} // namespace claw
