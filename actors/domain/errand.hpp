#pragma once
// One message (or slash command, or pressed button) that the bot has taken on, and what it has said about it so far.
// The record is on disk before anything is done for it, so that a bot that is killed goes on where it was: nothing is
// lost and nothing is said twice.

#include "actors/domain/snowflake.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

struct errand {
  enum class phase : uint8_t {
    held,     ///< waits until an earlier job of its user has ended
    taken,    ///< is to be carried out
    watched,  ///< its job is at the broker
    finished, ///< everything is said; kept so that the same message is not taken again
    heard,    ///< a slash command that Discord may not have been told of; not judged yet
  };
  enum class source : uint8_t { message, slash, button };

  snowflake id{}; ///< of the message or interaction
  snowflake channel{}, guild{}, user{};
  snowflake place{}; ///< where replies go: the channel, or the job's thread
  source from = source::message;
  phase now_in = phase::taken;
  std::string text;  ///< the command, redacted
  std::string reply; ///< all that is to be said, where the command is not carried out; else ""

  snowflake application{}; ///< slash and button
  std::string token;       ///< slash and button; a secret for 15 minutes
  bool private_reply = false;

  std::string job_id;           ///< "" before the broker has it, and for questions
  snowflake status{};           ///< the message that says how it goes; none before it is sent
  std::vector<snowflake> parts; ///< the messages of the answer, as far as they are sent

  uint64_t retried_after = 0; ///< the job's newest event when it was to be retried: later ones show that it was

  friend bool operator==(const errand&, const errand&) = default;
};

/// The same message is the same job, however often it comes.
std::string idempotency_key(const errand& x);

/// Of the message that the bot sends as number `slot`: 0 is the first reply, 1 and more are parts of an answer.
std::string nonce_of(const errand& x, std::size_t slot);

/// The message that replies refer to; none where they stand for themselves.
snowflake anchor_of(const errand& x);

} // namespace claw
