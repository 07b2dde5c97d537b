#pragma once
// The bot's blocking parts as actors: each carries out one order at a time, so its spawner detaches it.
//
//   discord_link   perform_call
//   producer_link  ask_create, ask_job, ask_events, ask_cancel, ask_retry, ask_jobs, ask_workers, ask_queue
//   bot_store      bot_changes

#include "actors/ports/bot_store.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/discord_api.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <memory>

namespace claw {

struct discord_link_state {
  static inline const char* name = "discord_link";
};
caf::behavior discord_link_actor(observed<discord_link_state>* self, std::shared_ptr<discord_api> api);

struct producer_link_state {
  static inline const char* name = "producer_link";
};
caf::behavior producer_link_actor(observed<producer_link_state>* self, std::shared_ptr<producer_api> api);

struct bot_store_state {
  static inline const char* name = "bot_store";
};
caf::behavior bot_store_actor(observed<bot_store_state>* self, std::shared_ptr<bot_store> store);

} // namespace claw
