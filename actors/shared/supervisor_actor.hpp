#pragma once
// SUPERVISOR: keeps a group of actors alive that cannot live without each other. When one crashes it ends the others,
// waits until all are gone, and starts the group anew after a pause that grows. Beyond its restart limit it gives up
// and says so. When it is told to exit it ends the group in order, the last one first.

#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace claw {

struct supervisor_config {
  /// Starts the group. Later actors may use earlier ones, so they are ended in the reverse order.
  std::function<std::vector<caf::actor>()> start;
  std::function<void()> on_crash;   ///< before the others are ended
  std::function<void()> on_give_up; ///< the restart limit is reached; the group is gone
  uint32_t restarts_max = 5;        ///< within `window`
  std::chrono::seconds window{60};
  std::chrono::milliseconds pause_min{50}; ///< doubles with each restart within the window
};

struct supervisor_state {
  explicit supervisor_state(observed_actor* me) : self(me) {}

  caf::behavior behavior();

  void on_down(const caf::down_msg& x);
  void on_exit(const caf::exit_msg& x);
  void on_restart();
  actor_facts facts() const;

  enum class phase : uint8_t { running, clearing, pausing, ending };

  observed_actor* self;
  supervisor_config config;
  std::vector<caf::actor> children; ///< held: a monitor alone keeps nobody alive
  std::deque<caf::actor_clock::time_point> restarts;
  phase now_in = phase::running;
  caf::actor myself; ///< while it ends: it must hear of the others, also when nobody holds it any more

  static inline const char* name = "supervisor";

private:
  void watch();
  void end_last();
  void plan_restart();
};

/// @param children the group, started once already
caf::behavior supervisor_actor(observed<supervisor_state>* self,
                               supervisor_config config, std::vector<caf::actor> children);

} // namespace claw
