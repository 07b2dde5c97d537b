#pragma once
// The places at which tests end the broker by force: one closed list over actors and store, so that a test can walk
// through all of it and fail where one is never reached. The released program listens to none of them.

#include "actors/domain/job_change.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// What a change of a job does: every way in which the broker writes.
enum class write_path : uint8_t {
  create,
  claim,
  renew,       ///< by its holder, or a full term after a restart
  progress,    ///< checkpoints too
  finish,      ///< late ones too
  fail,        ///< by its worker, or since its deadline has passed
  release,
  requeue,     ///< its lease ended without a result
  bury,        ///< likewise, for the last time
  cancel,
  retry,
  late_result, ///< refused, and noted
  birth,       ///< created and claimed at once, for a claim that was waiting
  prune,       ///< no change of a job: it is taken out
};

enum class kill_step : uint8_t {
  // -- a change, once for each path: actors/broker/job_store_actor
  asked,     ///< nothing is written yet
  committed, ///< it is on the disk, and nobody knows
  told,      ///< whoever asked for it has been told
  // -- a batch of changes: storage/journaled_job_store
  batch_begun,
  journal_half_written,
  journal_written,
  journal_flushed,
  batch_shown,       ///< readers see it
  journal_file_full, ///< the next record waits for the other file
  // -- from the journal to LMDB: storage/settler, storage/settled_jobs
  settle_begun,
  settle_half_put,
  settle_put,
  settle_committed,
  journal_file_freed,
  // -- a start
  journal_read,      ///< what is not settled is known
  journal_recovered, ///< it is settled
  journal_opened,
  // -- an end in good order
  stopping, ///< nothing new is taken
  stopped,  ///< all that was under way is on the disk
  journal_ended,
};

struct kill_point {
  kill_point(kill_step x) : step(x) {} // NOLINT: a step of the store is a point by itself
  kill_point(kill_step x, write_path of) : step(x), path(of) {}

  kill_step step;
  std::optional<write_path> path; ///< of asked, committed and told

  friend bool operator==(const kill_point&, const kill_point&) = default;
};

/// Called in the thread that came to the point; empty: nobody listens.
using kill_listener = std::function<void(const kill_point&)>;

/// What the change does, as its last event says.
write_path path_of(const job_change& x);

/// `claim_committed`, `journal_flushed`, ...
std::string to_string(const kill_point& x);

/// The closed list.
std::vector<kill_point> all_kill_points();

} // namespace claw
