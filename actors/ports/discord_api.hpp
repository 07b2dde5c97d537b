#pragma once
// Discord as a bot reaches it: REST calls, and the gateway's socket. `net/discord_client` and `net/gateway_link`
// implement them; the bot's token lives there and nowhere inside of actors/.

#include "actors/domain/discord_call.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/gateway_machine.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace claw {

/// One connection to the REST interface. Calls block; each object belongs to one actor.
class discord_api {
public:
  virtual ~discord_api() = default;

  /// Any status is an answer, a refusal too. Errors: `unreachable` (no connection, or it broke off: the call may have
  /// been carried out all the same), `bad_reply`, `bad_request`.
  virtual outcome<discord_answer> perform(const discord_call& x) = 0;
};

/// What is heard of a gateway connection.
struct link_opened {
  uint64_t connection = 0;
};
struct link_frame {
  uint64_t connection = 0;
  gateway_frame frame;
};
struct link_closed {
  uint64_t connection = 0;
  std::optional<uint16_t> code; ///< none when it broke or never came about
  std::string why;              ///< for the log
};
using link_signal = std::variant<link_opened, link_frame, link_closed>;

/// What a bot shows of itself beside its name.
struct bot_presence {
  enum class light : uint8_t { online, idle, busy };
  light shown = light::idle;
  std::string words; ///< at most 128 characters

  friend bool operator==(const bot_presence&, const bot_presence&) = default;
};

/// The socket of the gateway: at most one connection at a time. None of the calls blocks. What is sent while no
/// connection is open is dropped.
class gateway_socket {
public:
  using listener = std::function<void(link_signal)>; ///< called in the socket's own thread

  virtual ~gateway_socket() = default;

  /// Must be called once, before `open`.
  virtual void listen(listener to) = 0;

  /// Closes what is open and connects. One `link_closed` ends whatever is heard of a connection.
  virtual void open(uint64_t connection, const std::string& url) = 0;

  /// Nothing more is heard of the connection.
  virtual void close(uint16_t code) = 0;

  virtual void beat(std::optional<uint64_t> sequence) = 0;
  virtual void identify(const bot_presence& shown) = 0;
  virtual void resume(const gateway_session& session) = 0;
  virtual void show(const bot_presence& shown) = 0;
};

} // namespace claw
