#pragma once
// The audit lines: one for each event of a job, written from what was committed, so that no transition can be without
// its line and no line without its transition. Never a payload, and of a token nothing
// but its kid.

#include "actors/domain/access_token.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"

#include <cstddef>
#include <string_view>

namespace claw {

/// `event=job_claimed job_id= attempt= worker_id=` and the like; progress of runners is not logged.
void log_committed(const job_change& x);

void log_commit_failed(std::size_t changes, const failure& why);

/// `event=token_created kid= role= principal= worker_id= by=` and the like. @param by the kid of who asked, "" for a
/// shared token
void log_token(std::string_view event, const access_token& x, std::string_view by);

/// `event=job_rejected reason=`
void log_rejected(std::string_view reason);

} // namespace claw
