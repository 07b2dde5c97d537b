#pragma once
// Every legal change of a job, as a constructor: a record and the facts go in, the change to commit
// comes out. Nobody else sets `status`, and each asserts that its arrow stands in the table of
// job.hpp. Pure: the caller passes the time.

#include "actors/domain/job_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// Why a lease ended without a result: the `why` of a requeued event.
enum class lease_end : uint8_t { expired, worker_lost, worker_restarted, released, token_revoked };

std::string_view to_string(lease_end x);

/// Who claims, and on what terms.
struct claim_terms {
  std::string worker_id;      ///< "" when it does not say
  std::string worker_boot_id; ///< "" when it does not say
  std::string lease_id;       ///< new for each claim, never ""
  int64_t lease_until_s = 0;  ///< wall seconds
  std::string principal{};    ///< whose token it was, "" for the shared one
  std::string kid{};          ///< which token, "" for the shared one
};

/// A result or a failure as it counts.
struct finish_facts {
  bool failed = false;
  std::string text;      ///< the result, or the error
  std::string worker_id; ///< whose attempt it was where it comes late, else who says so; "" when nobody knows
  std::optional<int64_t> started_s{}; ///< of a late one: when that attempt began
};

/// The first change of a job. @pre `x` is queued, has no attempt and no event yet.
job_change created(job x, std::string payload, int64_t now_ms);

/// queued -> running, one attempt more. Clears result and error.
job_change claimed(job x, const claim_terms& terms, int64_t now_ms);

/// A new job that never waits: created and claimed in one change. @param create as `created` made it
job_change claimed_at_once(job_change create, const claim_terms& terms, int64_t now_ms);

/// True for an end that is not the worker's doing: the attempt does not count.
bool gives_attempt_back(lease_end x);

/// running -> queued. The attempt is spent unless `gives_attempt_back`.
job_change requeued(job x, lease_end why, int64_t now_ms);

/// running -> done or failed; queued -> done or failed for a late result or an old worker's failure.
job_change finished(job x, finish_facts facts, int64_t now_ms);

/// running -> failed for good: the attempts are spent. @param why the error that people read
job_change buried(job x, std::string why, int64_t now_ms);

/// queued or running -> failed, since its deadline has passed and nobody works on it any more.
job_change overdue(job x, int64_t now_ms);

/// queued or running -> failed. Its runner learns of it when it next speaks.
job_change cancelled(job x, int64_t now_ms);

/// failed -> queued with a new budget of attempts. Every earlier lease is void; the checkpoint stays.
job_change retried(job x, int64_t now_ms);

/// A longer lease; no event, since it happens every few seconds. @pre running
job_change renewed(job x, int64_t lease_until_s);

/// Something a runner reports on the way.
struct progress_entry {
  job_event_kind kind = job_event_kind::status; ///< one of the progress kinds
  std::string data_json;
};

/// Appends progress; the newest checkpoint becomes the job's checkpoint text. @pre running
job_change progressed(job x, const std::vector<progress_entry>& entries, int64_t now_ms);

/// Keeps for people that a result or failure came too late to count; the job stays as it is.
job_change remarked_late(job x, std::string worker_id, std::string why, int64_t now_ms);

} // namespace claw
