#pragma once
// The audit lines: one for each event of a job, written from what was committed, so that no transition can be without
// its line and no line without its transition. Never a payload, and of a token nothing
// but its kid.

#include "actors/domain/access_token.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"
#include "actors/domain/retention.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claw {

/// `event=job_claimed job_id= attempt= worker_id=` and the like; progress of runners is not logged.
void log_committed(const job_change& x);

void log_commit_failed(std::size_t changes, const failure& why);

/// `event=token_created kid= role= principal= worker_id= by=` and the like. @param by the kid of who asked, "" for a
/// shared token
void log_token(std::string_view event, const access_token& x, std::string_view by);

/// `event=job_pruned job_id= reason=`. @param event also `job_would_be_pruned`, on a dry run
void log_pruned(std::string_view event, const doomed_job& x);

/// What is in force, once at the start.
void log_retention(const retention_limits& x, bool dry_run);

/// `event=retention_round pruned= kept= dry_run=`. @param kept chosen, but in use
void log_retention_round(uint64_t pruned, uint64_t kept, bool dry_run);

void log_retention_failed(const failure& why);

/// `event=job_rejected reason=`
void log_rejected(std::string_view reason);

} // namespace claw
