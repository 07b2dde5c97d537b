#pragma once
// What the actors that speak with people share: the ways out of the bot, and how it is set up.

#include "actors/domain/speaker_rules.hpp"
#include "actors/domain/user_turns.hpp"
#include "actors/ports/job_speech.hpp"
#include "actors/protocol/caf.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace claw {

struct bot_settings {
  std::string instance_name;
  std::string shown_broker_url; ///< what `whoami` tells of it; "" for nothing
  speaker_rules rules;
  user_turns::limits turns;
  std::chrono::seconds patience{120}; ///< JOB_POLL_TIMEOUT_SEC
  bool threads = false;               ///< each job in a channel gets a thread
  bool ping = false;                  ///< an answer mentions the one who asked
  bool slash_commands = true;         ///< offered
  snowflake slash_guild{};            ///< where they are registered; none: everywhere
  bool detached = true; ///< false where a test drives the scheduler: blocking calls then run in its thread
};

struct bot_parts {
  caf::actor rest, store;
  caf::actor broker; ///< a producer_link for short questions
  /// A producer_link of its own for each job that is watched; called in the thread of the watch.
  std::function<caf::actor(caf::event_based_actor* parent)> watch_link;
  std::shared_ptr<const job_speech> speech;
  bot_settings settings;
  std::shared_ptr<std::atomic<uint64_t>> me; ///< the bot's own id as a snowflake; 0 before it is known
  std::function<int64_t()> wall_ms;
  std::function<uint64_t()> random;
};
using bot_parts_ptr = std::shared_ptr<const bot_parts>;

inline constexpr auto broker_time_max = std::chrono::seconds{60};  ///< on top of a link's own limits
inline constexpr auto discord_time_max = std::chrono::minutes{30}; ///< a call may wait long for its turn

/// Work that an actor puts off: its table of messages has one line for it.
struct later {
  std::function<void()> work;
};

template <class Actor>
void do_later(Actor* self, std::chrono::milliseconds pause, std::function<void()> work) {
  self->delayed_send(self, pause, later{std::move(work)});
}

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::later)
