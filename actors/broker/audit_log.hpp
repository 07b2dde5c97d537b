#pragma once
// The audit lines: one for each event of a job, written from what was committed, so that no transition can be without
// its line and no line without its transition. Never a payload, never a token.

#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"

#include <cstddef>
#include <string_view>

namespace claw {

/// `event=job_claimed job_id= attempt= worker_id=` and the like; progress of runners is not logged.
void log_committed(const job_change& x);

void log_commit_failed(std::size_t changes, const failure& why);

/// `event=job_rejected reason=`
void log_rejected(std::string_view reason);

} // namespace claw
