#pragma once
// What `openclaw inspect` is asked to look at.

#include "net/inspection_gate.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace claw {

enum class inspect_verb : uint8_t { tree, watch, actor, events };

struct inspect_task {
  inspect_verb verb = inspect_verb::tree;
  uint64_t actor = 0;           ///< actor
  bool follow = false;          ///< events: until it is interrupted
  std::string at;               ///< HOST:PORT; "" until it is known: INSPECT_AT
  std::string certificates;     ///< a folder; "" until it is known: INSPECT_CERTS
  std::chrono::seconds wait{5}; ///< for each answer
};

inline constexpr const char* inspect_at_fallback = "127.0.0.1:8010";

/// Adds the verb to the command line. @param chosen is set, and `on_chosen` called, when it is given
void add_inspect_verb(CLI::App& app, inspect_task& chosen, const std::function<void()>& on_chosen);

/// An operator's certificate in this folder, as deploy/make_inspect_certs.sh names it.
gate_certificates operator_certificates(const std::string& folder);

} // namespace claw
