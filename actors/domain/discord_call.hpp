#pragma once
// What a bot asks of Discord's REST interface, as values; net/discord_codec makes HTTP of them.
// @source Discord API reference, "Channel", "Message", "Receiving and Responding", "Application Commands"

#include "actors/domain/discord_event.hpp"
#include "actors/domain/gateway_machine.hpp"
#include "actors/domain/slash_commands.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct message_button {
  enum class look : uint8_t { plain, danger };
  look style = look::plain;
  std::string label;     ///< at most 80 characters
  std::string custom_id; ///< at most 100 characters; all that is known when it is pressed
};

struct message_file {
  std::string name;
  std::string bytes;
};

/// A message to send, or what an edit makes of one. Whatever is in `content` mentions nobody but `mention_user`.
struct outgoing_message {
  std::string content; ///< at most 2,000 UTF-16 units of UTF-8
  std::string nonce;   ///< at most 25 characters; the same one within minutes sends nothing twice
  snowflake replies_to{};
  snowflake mention_user{}; ///< who is pinged; none: nobody
  std::vector<message_button> buttons;
  std::optional<message_file> file; ///< not in a callback
  bool silent = false;              ///< no push notification
  bool private_reply = false;       ///< interactions: only the person who asked sees it
};

struct discord_call {
  enum class kind : uint8_t {
    gateway, ///< where to connect
    myself,  ///< whose token it is
    channel, ///< a channel's facts
    history, ///< messages of `channel` after `message`, `limit` of them; none: the newest
    message, ///< whether `message` is there
    send,
    edit, ///< `message`
    typing,
    react,              ///< `emoji` on `message`
    thread,             ///< from `message`, called `name`; the thread's id is the message's
    direct,             ///< the direct channel with `user`
    acknowledge,        ///< interaction: "thinking ..."
    acknowledge_button, ///< interaction: heard, the message follows
    reply,              ///< interaction: `message_out` now
    choices,            ///< interaction: of an option being typed
    edit_reply,         ///< interaction: the acknowledged reply becomes `message_out`
    follow_up,          ///< interaction: one more message
    register_commands,  ///< `commands` become those of `application`, in `guild` alone or everywhere
  };

  kind what = kind::gateway;
  snowflake channel{}, message{}, user{}, application{}, guild{};
  snowflake interaction{};
  std::string token; ///< of the interaction; a secret
  unsigned limit = 100;
  std::string emoji, name;
  outgoing_message message_out;
  std::vector<command_choice> choices;
  std::vector<slash_command> commands;
};

/// What a rate-limited interface says of its limits. @source Discord API reference, "Rate Limits"
struct rate_facts {
  std::string bucket; ///< "" where the answer names none
  std::optional<int64_t> remaining;
  std::optional<std::chrono::milliseconds> reset_after;
  std::optional<std::chrono::milliseconds> retry_after; ///< 429
  bool global = false;
  bool shared = false;       ///< a limit that others used up: does not count against us
  bool from_outside = false; ///< a 429 that is not the API's own: the address is blocked for minutes
};

/// An answer of any status. Which of the fields mean something depends on the call.
struct discord_answer {
  unsigned status = 0;
  int code = 0;        ///< Discord's own error code, 0 for none
  std::string trouble; ///< Discord's own sentence on an error
  rate_facts rate;
  snowflake id{}; ///< of the message, thread or channel
  std::vector<discord_message> messages;
  discord_channel channel;
  gateway_address gateway;

  bool ok() const { return status >= 200 && status < 300; }
};

/// Error codes that the bot acts on. @source Discord API reference, "JSON Error Codes"
namespace discord_code {
inline constexpr int unknown_channel = 10003;
inline constexpr int unknown_message = 10008;
inline constexpr int unknown_webhook = 10015;
inline constexpr int unknown_interaction = 10062;
inline constexpr int too_many_old_edits = 30046;
inline constexpr int already_acknowledged = 40060;
inline constexpr int missing_access = 50001;
inline constexpr int not_our_message = 50005;
inline constexpr int missing_permission = 50013;
inline constexpr int thread_archived = 50083;
inline constexpr int no_history_right = 160002;
inline constexpr int thread_exists = 160004;
inline constexpr int thread_locked = 160005;
} // namespace discord_code

/// The route without ids of messages, for logs and rate limits: `PATCH /channels/{c}/messages/{m}`. Never a token.
std::string route_of(discord_call::kind what);

/// True for calls that go to an interaction: they need no bot token and are outside of the global limit.
bool is_interaction_call(discord_call::kind what);

/// True when doing it again after an unknown end can do no harm.
bool is_repeatable(const discord_call& x);

} // namespace claw
