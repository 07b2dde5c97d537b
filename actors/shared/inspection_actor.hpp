#pragma once
// INSPECTION: answers what inspectors ask about the actors of this program: from the roster, and from what actors
// tell of themselves within half a second. It lives in an actor system of its own (apps/inspection_port.hpp), so that
// it answers when all the others hang; it hands out no handle, changes nothing, and all that it says is bounded.

#include "actors/domain/actor_account.hpp"
#include "actors/ports/inspection_codec.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/inspection_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace claw {

struct inspection_config {
  std::shared_ptr<const actor_roster> roster;
  std::shared_ptr<const inspection_codec> codec;
  node_account node;
  std::function<int64_t()> wall_ms;
};

/// From an actor that was asked, by way of its facts_inbox.
struct facts_told {
  uint64_t gather = 0;
  caf::actor_id of = 0;
  actor_facts facts;
};

/// To itself: those who have not answered by now are silent.
struct gather_over {
  uint64_t gather = 0;
};

/// Where facts arrive. Actors of another system hold it, maybe until long after the inspection has ended.
class facts_inbox {
public:
  explicit facts_inbox(caf::actor to) : to_(std::move(to)) {}

  void put(facts_told x);
  void close();

private:
  std::mutex mutex_;
  caf::actor to_;
};

struct inspection_state {
  explicit inspection_state(caf::event_based_actor* me) : self(me) {}
  ~inspection_state();

  caf::behavior behavior();

  caf::result<std::string> on_question(const std::string& text);
  void on_facts(facts_told& x);
  void on_over(const gather_over& x);

  /// A question whose answer is being gathered.
  struct gather {
    inspection_question asked;
    inspection_answer answer;
    std::set<caf::actor_id> missing; ///< who has not answered
    caf::response_promise promise;
  };

  caf::event_based_actor* self;
  inspection_config config;
  std::shared_ptr<facts_inbox> inbox;
  std::map<uint64_t, gather> gathers;
  uint64_t gathers_begun = 0;

  static inline const char* name = "inspection";

private:
  void ask_for_facts(uint64_t number, gather& x) const;
  void answer(gather& x) const;
};

caf::behavior inspection_actor(observed<inspection_state>* self, inspection_config config);

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::facts_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::gather_over)
