#pragma once
// What Discord tells a bot over the gateway, as values. Absent and null fields are both "none". Texts are untrusted.
// @source Discord API reference, "Gateway Events"; the JSON is read in net/gateway_codec

#include "actors/domain/snowflake.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace claw {

struct discord_message {
  enum class kind : uint8_t { system = 1, plain = 0, reply = 19 }; ///< all types but two are system messages

  snowflake id{}, channel{}, guild{}; ///< guild: none in a direct message
  snowflake author{};
  bool from_machine = false; ///< of a bot, a webhook or an application
  kind what = kind::system;
  std::string content;
  snowflake replies_to{};
  std::string nonce; ///< "" where the server does not tell it
};

/// A channel or thread, as far as a bot must know it.
struct discord_channel {
  snowflake id{}, guild{}, parent{};
  bool direct = false;
  bool thread = false;
};

/// A slash command, a button, or a question for the choices of an option.
struct discord_interaction {
  enum class kind : uint8_t { other, command, button, choices };
  struct option {
    std::string name, value;
    bool focused = false;
  };

  snowflake id{}, application{}, guild{}, channel{}, user{};
  snowflake parent{}; ///< of the thread in which it was used
  std::string token;  ///< a secret for 15 minutes; stands in URL paths
  kind what = kind::other;
  std::string name; ///< of the command
  std::vector<option> options;
  std::string custom_id; ///< of the button
  snowflake message{};   ///< that the button stands on
};

struct gateway_ready {
  snowflake me{}, application{};
  std::string session_id, resume_url;
};
struct gateway_resumed {};
struct channels_seen {
  std::vector<discord_channel> channels;
};
struct channel_gone {
  snowflake id{};
};
struct message_created {
  discord_message message;
};
struct message_changed {
  snowflake id{}, channel{};
  bool by_person = false; ///< its text was edited; false: a link preview, a pin, a flag
};
struct messages_deleted {
  snowflake channel{};
  std::vector<snowflake> ids;
};
struct interaction_created {
  discord_interaction interaction;
};

/// monostate: an event that this bot does not care about.
using discord_event = std::variant<std::monostate, gateway_ready, gateway_resumed, channels_seen, channel_gone,
                                   message_created, message_changed, messages_deleted, interaction_created>;

/// One payload from the gateway. @source "Gateway Opcodes"
struct gateway_frame {
  enum class op : uint8_t { dispatch, beat, reconnect, invalid_session, hello, beat_ack, unknown };
  op what = op::unknown;
  std::optional<uint64_t> sequence;          ///< dispatch
  std::string name;                          ///< dispatch: READY, MESSAGE_CREATE, ...
  discord_event event;                       ///< dispatch
  std::chrono::milliseconds beat_interval{}; ///< hello
  bool resumable = false;                    ///< invalid_session
};

} // namespace claw
