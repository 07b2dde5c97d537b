#pragma once
// What the runner's actors ask a broker_link, and what it answers; and what lease keepers and progress tell the claim
// actor. All of them stay inside one process.

#include "actors/ports/broker_api.hpp"
#include "actors/ports/outbox_store.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// Which attempt at which job. Two attempts at one job of an old broker cannot be told apart.
struct job_hold {
  std::string job_id;
  std::string lease_id; ///< "" from an old broker

  friend auto operator<=>(const job_hold&, const job_hold&) = default;
};

// -- to a broker_link; each is answered by the struct below it ----------------------------------------------------

struct claim_order {
  std::chrono::seconds wait{0};
  claw::caps caps;   ///< what the runner can do now
  std::string notes; ///< why it is less than it is set up for; "" when it is not
  stop_token stop;   ///< ends a claim that is being held
};
struct claim_answer {
  outcome<std::optional<remote_job>> what;
};

struct renew_order {
  job_hold hold;
};
struct renew_answer {
  outcome<worker_api::renewed> what;
};

struct events_order {
  job_hold hold;
  std::string events_json;
};
struct events_answer {
  outcome<worker_api::reported> what;
};

/// Is this job still wanted? Answered with `events_answer`; commits nothing.
struct ask_order {
  job_hold hold;
};

struct report_order {
  run_report report;
};
struct release_order {
  job_hold hold;
};
struct done_answer { ///< to both
  outcome<done> what;
};

// -- to the claim actor ---------------------------------------------------------------------------------------------

/// The job is somebody else's now: drop the work, report nothing.
struct lease_gone {
  job_hold hold;
  std::string why;
};

/// Somebody asked for this job to end.
struct cancel_asked {
  job_hold hold;
};

/// Are you there? Answered with `pulse_answer`, also by the runner as a whole, which asks the claim actor.
struct pulse_question {};
struct pulse_answer {
  uint32_t slots_busy = 0;
  uint32_t slots = 0;
};

/// Claim nothing more, end what runs, give it back. Answered with `done_answer` when that is done.
struct stop_order {};

// -- to progress and outbox -----------------------------------------------------------------------------------------

/// To progress: send what is left of this job now. Answered with `done_answer` when it is on its way.
struct progress_flush {
  job_hold hold;
};

/// To the outbox: everything to disk, then one more try each. Answered with `done_answer`.
struct outbox_flush {};

/// To the outbox: is anything left to deliver? Answered with `done_answer`: done when nothing is, else a failure when
/// the next try has failed.
struct outbox_clear {};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::run_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::claim_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::claim_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::renew_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::renew_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::events_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::events_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::ask_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::report_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::release_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::done_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::lease_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::cancel_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::pulse_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::pulse_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::stop_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::progress_flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::outbox_flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::outbox_clear)
