#pragma once
// One person in one channel: carries out what that person asks, answers questions, and starts a watch for each job.
//
//   in   carry_out, say_held, taken_back from the intake
//   out  questions to the broker; what couriers send; errand_over to the intake

#include "actors/bot/bot_parts.hpp"
#include "actors/bot/errand_courier.hpp"
#include "actors/domain/chat_command.hpp"
#include "actors/domain/job_story.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <map>
#include <memory>
#include <set>

namespace claw {

struct conversation_config {
  bot_parts_ptr parts;
  caf::actor_addr intake;
  snowflake channel{};
};

struct conversation_state {
  ~conversation_state() {
    for (const auto& [id, watch] : watches)
      caf::anon_send_exit(watch, caf::exit_reason::user_shutdown);
  }

  conversation_config config;
  std::map<snowflake, caf::actor> watches; ///< by errand; held: a monitor alone keeps nobody alive
  std::set<snowflake> dropped;             ///< requests that were deleted before the broker had them

  actor_facts facts() const {
    return {{"channel", to_string(config.channel)}, counted("watches", watches.size()),
            counted("dropped", dropped.size())};
  }

  static inline const char* name = "conversation";
};

caf::behavior conversation_actor(observed<conversation_state>* self, conversation_config config);

// -- its two halves -----------------------------------------------------------------------------------

using conversation = observed<conversation_state>;
using courier_ptr = std::shared_ptr<errand_courier>;

/// Brings a job to the broker and starts its watch.
void submit(conversation* self, const courier_ptr& courier, const chat_job& job, bool anew);
void start_watch(conversation* self, const errand& x, bool anew, job_story story, bool others_speak = false);

/// Answers what is asked of the broker or of the bot itself.
/// @param anew as in carry_out
void answer_question(conversation* self, const courier_ptr& courier, const chat_question& x, bool anew);

/// Says a text as the only reply, and tells the intake that the errand is over.
void say_and_end(conversation* self, const courier_ptr& courier, const std::string& text);
void end_errand(conversation* self, const errand& x);

} // namespace claw
