#pragma once
// The events of a job, some at a time: with all their data they may be too many for the memory at once.

#include "actors/ports/job_store.hpp"

#include <functional>

namespace claw {

/// Calls `take` with each event behind `after`, oldest first, until it returns false. Errors: the reader's.
outcome<done> each_event(const job_reader& jobs, const job_id& id, uint64_t after,
                         const std::function<bool(job_event&&)>& take);

} // namespace claw
