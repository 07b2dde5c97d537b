#pragma once
// Stays with a job until it ends: by its events where the broker has them, by asking again and again where it knows
// only the base contract. A broker that is away for a while (a restart) is waited for.

#include "actors/ports/broker_api.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace claw {

/// Time and the keyboard, so that a test brings its own.
struct follow_world {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<int()> interrupts; ///< how often Ctrl-C was pressed since the start
};

struct follow_listener {
  std::function<void(const remote_event&)> event;
  std::function<void(const std::string&)> notice; ///< a plain sentence on the waiting itself
};

/// Waits at most `limit`. Ctrl-C once: leaves after three seconds, the job goes on; twice: cancels the job.
/// Errors: those of `find`; `timed_out`; `cancelled` when it was left by Ctrl-C (also after the job was cancelled).
outcome<remote_job> follow_job(producer_api& broker, const std::string& id,
                               std::chrono::seconds limit, const follow_world& world,
                               const follow_listener& listener);

} // namespace claw
