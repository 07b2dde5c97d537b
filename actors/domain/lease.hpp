#pragma once
// Fencing: may this worker still speak for this job? Pure decisions on a job's record and what the worker shows.
// Whether a lease has run out is not decided here: the lease's own timer requeues the job, and a job that is still
// running is still leased. @source docs/HTTP_API.md, "Finishing", "Fencing", "Late result"

#include "actors/domain/error.hpp"
#include "actors/domain/job.hpp"

#include <optional>
#include <string>

namespace claw {

/// By what a worker shows that the job is its own. One that sends neither id is an old one and is believed as far as
/// its token goes: a lease that was claimed with a client's own token is that client's alone, and such a token speaks
/// for a lease of the shared one only where it shows that lease.
struct lease_proof {
  std::optional<std::string> lease_id;
  std::optional<std::string> worker_id;
  std::string principal{}; ///< whose token it sent, "" for the shared one
};

enum class finish_kind : uint8_t { result, failure };

/// What to do with a result or a failure.
struct finish_verdict {
  enum class action : uint8_t {
    accept,      ///< it ends the job
    accept_late, ///< it ends the job although its lease had expired: nobody has claimed it since
    repeat,      ///< the job has ended already: answer its status and `note`, change nothing
    refuse,      ///< answer `why`, change nothing
    refuse_late, ///< likewise, but keep for people that it came
  } what = action::refuse;
  std::string note; ///< repeat only; "" when the worker only said the same again
  failure why;      ///< refuse and refuse_late only

  friend bool operator==(const finish_verdict&, const finish_verdict&) = default;
};

finish_verdict decide_finish(const job& x, const lease_proof& proof, finish_kind kind);

/// What to do with a heartbeat, with progress, or with a job that is given back.
struct holder_verdict {
  enum class action : uint8_t {
    accept,      ///< the worker holds the job
    stop,        ///< the job was cancelled under it: it must stop
    was_released, ///< it has given the job back already, and nobody has claimed it since
    refuse,      ///< answer `why`
  } what = action::refuse;
  failure why;

  friend bool operator==(const holder_verdict&, const holder_verdict&) = default;
};

holder_verdict decide_holder(const job& x, const lease_proof& proof);

} // namespace claw
