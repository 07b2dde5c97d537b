#pragma once
// Makes one request to the model, in its own thread when its spawner detaches it: waits for its turn at the endpoint,
// asks, and sends `chat_heard` while the answer comes and `chat_ended` at its end to its parent; then it quits. An
// exception ends it; the parent sees it go down.

#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/runner/run_config.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <string>

namespace claw {

struct chat_order {
  std::string job_id;
  uint64_t request = 0; ///< its number within the run
  chat_request what;
  stop_token stop;
};

struct chat_state {
  static inline const char* name = "chat";
};

caf::behavior chat_actor(observed<chat_state>* self, run_config_ptr config,
                         chat_order order, caf::actor_addr parent);

} // namespace claw
