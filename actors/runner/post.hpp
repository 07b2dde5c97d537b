#pragma once
// How a child of the runner speaks to its parent: by address, since handles go down only. A parent
// that is gone hears nothing, and an answer that nobody waits for kills nobody.

#include "actors/protocol/caf.hpp"

#include <utility>

namespace claw {

/// What a blocking actor sends itself, so that its work runs in its own thread and not in its spawner's.
using begin_atom = caf::atom_constant<caf::atom("begin")>;

template <class T>
void post(const caf::actor_addr& parent, T message) {
  if (const auto to = caf::actor_cast<caf::actor>(parent))
    caf::anon_send(to, std::move(message));
}

} // namespace claw
