#pragma once
// A model's endpoint as all jobs of a runner share it: whose turn it is to ask (one at a time unless configured), and
// whether it answers at all. It never asks the model itself; a prober of its own asks for the list of models, when
// nobody else has heard of the endpoint for a while, and while it does not answer.
//
//   in   turn_wanted, turn_over   from chat actors; one that ends gives its turn back
//        endpoint_watch           from whoever advertises the model
//   out  turn_answer, turn_waits, endpoint_news; probe_order to the prober

#include "actors/domain/endpoint_health.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/endpoint_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

class redactor; // actors/domain/redaction.hpp

struct endpoint_config {
  /// Asks whether the endpoint answers; blocks for some seconds at most. See probe_answer for the failures.
  std::function<outcome<done>(const stop_token&)> probe;
  std::shared_ptr<const redactor> redact; ///< never none
  std::string name;                       ///< of the model, for logs
  uint32_t requests_max = 1;              ///< LLM_MAX_REQUESTS: in flight at a time
  std::function<uint64_t()> random;
  std::function<void(bool answers)> on_change; ///< may be none; called in the actor's thread with every endpoint_news
  bool detached = true; ///< false in tests: the prober then runs in the scheduler's thread
};

struct endpoint_state {
  struct asker {
    caf::actor_addr who;
    caf::response_promise turn;
  };

  endpoint_config config;
  endpoint_health health;
  std::vector<caf::actor_addr> busy; ///< whose turn it is
  std::deque<asker> waiting;
  std::vector<caf::actor_addr> watchers;
  caf::actor prober;
  stop_source stop; ///< of the probe under way
  bool probing = false;
  bool suspected = false; ///< a request failed: nobody else asks before the probe is answered
  uint64_t timers = 0; ///< names the newest timer; older ones are void
  std::chrono::steady_clock::time_point heard_at{}; ///< when it answered last

  ~endpoint_state();

  actor_facts facts() const {
    return {counted("requests", busy.size()), counted("requests_max", config.requests_max),
            counted("waiting", waiting.size()), {"probing", probing}, {"suspected", suspected}};
  }

  static inline const char* name = "endpoint";
};

caf::behavior endpoint_actor(observed<endpoint_state>* self, endpoint_config config);

} // namespace claw
