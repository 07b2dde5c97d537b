#pragma once
// Says how far long work on a store is, once a second and not before the first second is over.

#include "apps/cli/store_commands.hpp"

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace claw {

class progress_teller {
public:
  /// @param jobs how many there are; 0: nobody knows
  progress_teller(const store_world& world, uint64_t jobs) : world_(world), jobs_(jobs), told_(world.now()) {}

  void at(uint64_t done) {
    if (world_.quiet || world_.now() - told_ < between_lines)
      return;
    told_ = world_.now();
    world_.err << "  " << done << (jobs_ > 0 ? " of " + std::to_string(jobs_) : "") << " jobs" << std::endl;
  }

private:
  static constexpr std::chrono::seconds between_lines{1};

  const store_world& world_;
  uint64_t jobs_;
  std::chrono::steady_clock::time_point told_;
};

} // namespace claw
