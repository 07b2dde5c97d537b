#pragma once
// The whole bot inside one actor system. A program builds one over libcurl, Beast and LMDB; a test over fakes and a
// clock that it moves by hand.

#include "actors/bot/bot_parts.hpp"
#include "actors/ports/bot_store.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/discord_api.hpp"
#include "actors/ports/job_speech.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace claw {

/// What the bot needs of the world besides the actor clock. The functions are called from several threads.
struct bot_world {
  std::function<std::shared_ptr<discord_api>()> connect_discord; ///< called once for each link
  std::function<std::shared_ptr<producer_api>()> connect_broker; ///< called once for each link
  std::shared_ptr<gateway_socket> socket;
  std::shared_ptr<bot_store> store;
  bot_memory memory; ///< as loaded from the store
  std::shared_ptr<const job_speech> speech;
  gateway_trust trust = gateway_trust::discord;
  std::function<int64_t()> wall_ms;
  std::function<uint64_t()> random;
  /// The bot cannot go on: with a sentence for the operator where he can do something, else "" (a part has crashed).
  std::function<void(const std::string& why)> on_give_up;
};

/// Connects from the moment it is built. Must be destroyed before the actor system.
class bot_system {
public:
  bot_system(caf::actor_system& system, bot_settings settings, bot_world world);
  bot_system(const bot_system&) = delete;
  bot_system& operator=(const bot_system&) = delete;
  ~bot_system();

  /// Ends the connection and keeps the session. Blocks.
  /// @param for_good the bot is shown as away at once; else the next process continues the session
  /// @returns false when the deadline passed first
  bool shutdown(bool for_good, std::chrono::milliseconds deadline);

  /// Asks the actors, and so whether they are there. Blocks. @returns none when they did not answer in time
  std::optional<std::size_t> requests_under_way(std::chrono::milliseconds deadline);

private:
  caf::actor_system& system_;
  caf::actor root_;
};

} // namespace claw
