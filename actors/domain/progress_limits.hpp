#pragma once
// How much progress of a job is kept.

#include "actors/domain/job_transitions.hpp"

#include <cstdint>
#include <vector>

namespace claw {

/// What of a runner's report is kept: nothing beyond limits::events_per_job_max or limits::event_bytes_max, except for
/// checkpoints, without which the next attempt would begin anew.
/// @param events_so_far of the job
std::vector<progress_entry> kept_progress(uint64_t events_so_far,
                                          const std::vector<progress_entry>& reported);

} // namespace claw
