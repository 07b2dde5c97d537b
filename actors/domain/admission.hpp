#pragma once
// May one more job come in?

#include "actors/domain/error.hpp"

#include <cstdint>
#include <optional>

namespace claw {

/// @param open queued and running jobs, and those whose creation is under way
/// @param max  MAX_QUEUED_JOBS; none: no limit
/// @returns `queue_full` when there is no room.
inline outcome<done> admit(uint64_t open, std::optional<uint64_t> max) {
  if (max && open >= *max)
    return failure{ec::queue_full, "job queue limit reached"};
  return done{};
}

} // namespace claw
