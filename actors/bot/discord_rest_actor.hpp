#pragma once
// Sends what the bot asks of Discord: one ordered queue a channel, within Discord's rate limits, again after trouble
// that passes. It never blocks: links do the calls.
//
//   in   ask_discord, answered with told<discord_answer>: of any status; `cancelled` for progress that something newer
//        made needless; `unreachable` when nobody knows whether it was carried out
//   out  perform_call to a link

#include "actors/domain/call_lane.hpp"
#include "actors/domain/rate_bucket.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace claw {

struct discord_rest_config {
  std::vector<caf::actor> links;                         ///< at least two
  std::function<std::string(const std::string&)> redact; ///< whatever leaves passes through it
  std::function<uint64_t()> random;
  std::function<void(const std::string&)> on_give_up; ///< the token is not accepted
};

struct discord_rest_state {
  discord_rest_config config;
  rate_buckets buckets;
  std::map<std::string, call_lane> lanes; ///< those with something in them
  std::map<uint64_t, caf::response_promise> askers;
  std::vector<bool> busy; ///< of each link; the first is kept for interactions
  uint64_t last_number = 0;
  uint64_t timers = 0; ///< names the newest timer; older ones are void

  actor_facts facts() const { return {counted("lanes", lanes.size()), counted("calls", askers.size())}; }

  static inline const char* name = "discord_rest";
};

caf::behavior discord_rest_actor(observed<discord_rest_state>* self, discord_rest_config config);

} // namespace claw
