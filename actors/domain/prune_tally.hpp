#pragma once
// How many jobs were pruned since the program started, by why. One thread counts, any may read.

#include "actors/domain/meter.hpp"
#include "actors/domain/retention.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace claw {

class prune_tally {
public:
  void add(prune_reason why) noexcept { by_reason_[static_cast<std::size_t>(why)].add(); }
  uint64_t of(prune_reason why) const noexcept { return by_reason_[static_cast<std::size_t>(why)].value(); }

private:
  std::array<counter, static_cast<std::size_t>(prune_reason::size) + 1> by_reason_;
};

} // namespace claw
