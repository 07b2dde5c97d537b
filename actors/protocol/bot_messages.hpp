#pragma once
// The messages of the bot's actors. They stay inside one process, so CAF needs no serialization for them.

#include "actors/domain/call_lane.hpp"
#include "actors/domain/discord_call.hpp"
#include "actors/domain/errand.hpp"
#include "actors/ports/bot_store.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/discord_api.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// What a request is answered with.
template <class T>
struct told {
  outcome<T> what;
};

// -- to the store; answered with told<done> when it is on disk ------------------------------------------------------

struct bot_changes {
  std::vector<bot_change> changes;
};

// -- to a producer_link; each is answered with told<...> ------------------------------------------------------------

struct ask_create { ///< told<producer_api::created>
  producer_api::request what;
};
struct ask_job { ///< told<remote_job>
  std::string job_id;
};
struct ask_events { ///< told<std::vector<remote_event>>
  std::string job_id;
  uint64_t after = 0;
  std::chrono::seconds wait{0};
};
struct ask_cancel { ///< told<remote_job>
  std::string job_id;
};
struct ask_retry { ///< told<remote_job>
  std::string job_id;
};
struct ask_jobs {};    ///< told<producer_api::listing>
struct ask_workers {}; ///< told<std::vector<remote_worker>>
struct ask_queue {};   ///< told<std::string>

// -- to the lookout; answered with told<std::vector<command_choice>> ------------------------------------------------

struct ask_choices {
  enum class kind : uint8_t { repos, models };
  kind what = kind::repos;
};

// -- to discord_rest; answered with told<discord_answer> ------------------------------------------------------------

struct ask_discord {
  discord_call call;
  call_rank rank = call_rank::answer;
};

/// From discord_rest to a discord_link, which performs one at a time; answered with told<discord_answer>.
struct perform_call {
  discord_call call;
};

// -- from and to the gateway ----------------------------------------------------------------------------------------

/// To the intake, in order.
struct discord_heard {
  discord_event event;
  uint64_t sequence = 0;
};

/// From the intake to the gateway: everything up to this event is on disk or needs not be.
struct events_safe {
  uint64_t sequence = 0;
};

/// To the gateway, by way of the bot.
struct show_presence {
  bot_presence shown;
};

/// From a gateway socket's thread to the gateway.
struct socket_heard {
  link_signal signal;
};

// -- between intake, conversations and job watches ------------------------------------------------------------------

/// To a conversation: carry this out. Its record is on disk.
struct carry_out {
  errand what;
  bool anew = false; ///< an earlier process had begun: what is not recorded may have been sent all the same
};

/// To a conversation: say that the errand waits in line.
struct say_held {
  errand what;
  std::size_t place = 0;
  bool anew = false; ///< as in carry_out
};

/// To the intake: the record has got on. It has the message's id now, or its job's.
struct errand_noted {
  errand what;
};

/// To the intake: nothing is left to do or say.
struct errand_over {
  errand what;
};

/// From the intake to a conversation, and from there to the watch: the request was taken back by deleting it.
struct taken_back {
  snowflake id{};
};

/// Answers a pulse_question, which the bot as a whole passes on to the intake.
struct bot_pulse {
  std::size_t under_way = 0; ///< requests that have no answer yet
};

/// To the gateway: end. Answered with told<done> when the session is kept.
struct bot_stop {
  bool for_good = false;
};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::bot_changes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<claw::done>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<claw::producer_api::created>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<claw::producer_api::listing>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<claw::remote_job>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<std::vector<claw::remote_event>>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<std::vector<claw::remote_worker>>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<std::string>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<claw::discord_answer>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::told<std::vector<claw::command_choice>>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_choices)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_create)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_retry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_workers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_queue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_discord)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::perform_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::discord_heard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::events_safe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::show_presence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::socket_heard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::carry_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::say_held)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::errand_noted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::errand_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::taken_back)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::bot_pulse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::bot_stop)
