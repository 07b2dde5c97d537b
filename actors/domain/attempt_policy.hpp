#pragma once
// What becomes of a job whose lease ended without a result.

#include "actors/domain/job_transitions.hpp"

namespace claw {

/// Requeues the job at once, or buries it when its attempts are spent. A job that was given back, or taken back
/// with its worker's token, is always requeued, except that one whose deadline has passed fails.
/// @pre running
job_change after_lease_end(const job& x, lease_end why, int64_t now_ms);

} // namespace claw
