#pragma once
// Runs one tool call, in its own thread when its spawner detaches it, and sends `tool_ended` to its parent.
// An exception ends it; the parent sees it go down and puts a failed result into the transcript.

#include "actors/domain/tool_loop.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/ports/tool.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace claw {

struct tool_order {
  std::string job_id;
  uint64_t step = 0;
  uint64_t index = 0; ///< of the call among those that run in this step
  planned_call what;
  std::shared_ptr<toolbox> tools;
  stop_token stop;
};

struct tool_state {
  static inline const char* name = "tool";
};

caf::behavior tool_actor(observed<tool_state>* self, tool_order order,
                         caf::actor_addr parent);

} // namespace claw
