#pragma once
// Carries out a store_task: what it found or did goes to `out`, a line a problem; how far it is and trouble to `err`.

#include "actors/domain/error.hpp"
#include "apps/cli/store_task.hpp"
#include "storage/store_check.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>

namespace claw {

struct store_world {
  std::ostream& out;
  std::ostream& err;
  bool json = false;
  bool quiet = false; ///< nothing of how far it is
  std::function<std::chrono::steady_clock::time_point()> now;
};

/// @returns one of `cli_exit`: `job_failed` (1) when the store has faults
int run_store_task(const store_task& task, const store_world& world);

} // namespace claw
