#pragma once
// The one gate through which everything said to the bot comes, live or read again after an absence: decides who may
// speak, brings each request to disk before anything is done for it, and hands it to its conversation in its turn.
//
//   in   discord_heard from the gateway, in order; errand_over, errand_noted from conversations; pulse_question
//   out  carry_out, say_held, taken_back to conversations; events_safe to the gateway; bot_changes to the store
//
// Each channel has a watermark on disk: all messages up to it are dealt with. It does not move while a channel is
// read again, so that an absence that ends in another one loses nothing.

#include "actors/bot/bot_parts.hpp"
#include "actors/domain/discord_event.hpp"
#include "actors/domain/errand.hpp"
#include "actors/domain/user_turns.hpp"
#include "actors/ports/bot_store.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace claw {

struct intake_config {
  bot_parts_ptr parts;
  bot_memory memory; ///< what an earlier process left
  caf::actor lookout;
};

/// A channel that is read again from its watermark on.
struct channel_reading {
  snowflake after{};                           ///< the next page begins behind it
  std::map<snowflake, discord_message> missed; ///< so far, the newest ones
  std::size_t skipped = 0;
  snowflake read{};   ///< the newest message that was read, or the watermark
  snowflake newest{}; ///< dealt with meanwhile, live
  uint32_t failures = 0;
  bool once_more = false; ///< the bot was away again meanwhile
};

struct intake_state {
  ~intake_state() {
    for (const auto& [key, x] : conversations)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }

  intake_config config;
  snowflake me{}, application{};
  user_turns turns{{}};
  std::map<snowflake, errand> errands; ///< open ones, and the newest finished ones
  std::map<snowflake, snowflake> watermarks;
  std::set<snowflake> direct_channels, strangers;
  std::map<snowflake, snowflake> parents; ///< of channels and threads in servers; none for a channel of its own
  std::map<snowflake, channel_reading> readings;
  std::map<std::pair<snowflake, snowflake>, caf::actor> conversations; ///< by channel and user
  std::set<uint64_t> open_sequences; ///< events whose records are on their way to disk
  uint64_t heard = 0;                ///< the newest event
  caf::actor_addr gateway;
  std::map<snowflake, snowflake> refusals_told; ///< user to the newest message that was refused with a sentence
  std::set<snowflake> begun_before;             ///< errands in line that somebody may have said something on already
  std::set<snowflake> edits_told;               ///< open errands whose edit was answered with a hint
  std::set<snowflake> doubtful; ///< open requests whose messages may have been deleted while nobody heard of it
  bool read_again_once = false;

  actor_facts facts() const {
    return {counted("errands", errands.size()), counted("conversations", conversations.size()),
            counted("readings", readings.size()), counted("unsafe_events", open_sequences.size())};
  }

  static inline const char* name = "intake";
};

using intake = observed<intake_state>;

caf::behavior intake_actor(intake* self, intake_config config);

// -- its parts ------------------------------------------------------------------------------------------

/// A message, live or read again. @param sequence 0 for one that was read again
void take_message(intake* self, const discord_message& x, uint64_t sequence);
void take_interaction(intake* self, discord_interaction x, uint64_t sequence);

/// Tells Discord that a slash command is heard, then takes it on. Its record is on disk.
void acknowledge_command(intake* self, const errand& x);

/// Asks Discord where an unknown channel belongs, then goes on; the event is not safe before.
void ask_parent(intake* self, snowflake channel, uint64_t sequence, std::function<void()> next);

/// Tells Discord of the slash commands, unless it has them from an earlier start.
void register_commands(intake* self);

/// How far everything that came from the gateway needs no replay.
void tell_gateway(intake* self);

/// Brings the changes to disk, then goes on; `sequence` is safe from then on.
void keep_then(intake* self, std::vector<bot_change> changes, uint64_t sequence, std::function<void(bool kept)> next);

/// Takes an errand on in its user's turn, or has it wait, or refuses it.
/// @param anew somebody may have begun with it
void admit_errand(intake* self, errand x, uint64_t sequence, bool anew);

void hand_to_conversation(intake* self, const errand& x, bool anew);
caf::actor conversation_of(intake* self, const errand& x);

/// The request's message was deleted: what still waits is not done. What runs goes on.
void take_back(intake* self, snowflake id);

/// Hands over a request whose turn it is, after a look at its message where that may have been deleted unheard.
void hand_if_wanted(intake* self, const errand& x, bool anew);

/// The messages of all open requests may have been deleted unheard.
void doubt_requests(intake* self);

/// Looks at the messages that are in doubt.
void look_for_requests(intake* self);

/// Its user's turns count it.
bool wants_job(const errand& x);

/// Reads every known channel from its watermark on.
void read_again(intake* self);
void read_channel(intake* self, snowflake channel);

/// Reads a thread of a channel of ours for the first time.
void read_thread(intake* self, const discord_channel& x);

/// Notes that the channel is dealt with up to this message. @returns what to bring to disk for it
std::optional<keep_watermark> pass_watermark(intake* self, snowflake channel, snowflake id);

} // namespace claw
