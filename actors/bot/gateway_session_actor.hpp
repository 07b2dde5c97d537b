#pragma once
// Drives the gateway machine: passes on what the socket hears, does what the machine says, and keeps the session on
// disk so that the next process can continue it.
//
//   in   socket_heard from the socket's thread; events_safe, show_presence
//        bot_stop   answered when the session is kept and the connection closed
//   out  discord_heard to the intake, in order; ask_discord for the gateway's address; bot_changes to the store

#include "actors/domain/gateway_machine.hpp"
#include "actors/ports/discord_api.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace claw {

struct gateway_session_config {
  std::shared_ptr<gateway_socket> socket;
  caf::actor rest, store, intake;
  gateway_trust trust = gateway_trust::discord;
  std::optional<gateway_session> left; ///< by an earlier process
  identify_budget budget;
  std::function<int64_t()> wall_ms;
  std::function<uint64_t()> random;
  std::function<void(const std::string&)> on_give_up;
};

struct gateway_session_state {
  gateway_session_config config;
  std::optional<gateway_machine> machine;
  std::optional<gateway_session> kept; ///< as it is on disk
  uint64_t safe = 0;                   ///< the newest event that needs no replay
  bool keep_armed = false;
  std::optional<std::chrono::steady_clock::time_point> alarm;
  bot_presence shown;
  std::optional<bot_presence> wanted; ///< not shown yet
  std::optional<std::chrono::steady_clock::time_point> shown_at;

  actor_facts facts() const;

  static inline const char* name = "gateway_session";
};

caf::behavior gateway_session_actor(observed<gateway_session_state>* self, gateway_session_config config);

} // namespace claw
