#pragma once
// TOKENS: the only one who adds and forgets clients' tokens. Nobody is told of a token before it is on disk, nor that
// one is gone; what a revoked token holds has been taken from it before (queue_workers.cpp).

#include "actors/ports/token_store.hpp"
#include "actors/protocol/broker_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace claw {

struct token_state {
  caf::behavior behavior();

  void on_create(token_create_request& x);
  void on_revoke(const token_revoke_request& x);
  actor_facts facts() const { return {counted("tokens", present.size())}; }

  token_store* store = nullptr;
  std::function<int64_t()> wall_ms;
  std::vector<access_token> present; ///< as they are on disk

  static inline const char* name = "tokens";
};

/// Reads the store when it starts, and throws when it cannot be read. Blocks while it writes: spawn it detached.
/// @param store outlives the actor @param wall_ms since the Unix epoch
caf::behavior token_actor(observed<token_state>* self, token_store* store,
                          std::function<int64_t()> wall_ms);

} // namespace claw
