#pragma once
// Runs one plain command of a job, in its own thread when its spawner detaches it, and sends
// `command_ended` to its parent. An exception ends the actor; the parent sees it go down.

#include "actors/ports/broker_api.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/runner/run_config.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>

namespace claw {

struct command_order {
  std::string job_id;
  std::string command;
  std::string payload;
  std::chrono::steady_clock::time_point deadline;
  stop_token stop;
};

struct command_state {
  static inline const char* name = "command";
};

caf::behavior command_actor(observed<command_state>* self, run_config_ptr config,
                            command_order order, caf::actor_addr parent);

} // namespace claw
