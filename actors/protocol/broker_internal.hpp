#pragma once
// What the broker's actors tell each other and nobody else.

#include "actors/domain/job_transitions.hpp"
#include "actors/domain/retention.hpp"
#include "actors/domain/waiting_job.hpp"
#include "actors/protocol/broker_messages.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// A point on the actor clock: steady, and moved by hand in tests.
using actor_time = caf::actor_clock::time_point;

/// An alarm that an actor set for itself.
struct alarm_rang {
  actor_time due{};
};

// -- to and from the store ---------------------------------------------------------------------------

/// One change to make durable. Exactly one of the two is answered after the commit: the producer of a
/// new job by `created`, a job actor by a commit_answer.
struct commit_request {
  job_change change;
  caf::actor from; ///< a job, or for a new job that will wait the queue (told by creates_settled, one a batch)
  bool from_queue = false;
  reply<created_job> created;
  bool servable = false;
  uint64_t position = 1;
};

/// To a job: its change is on disk, or `trouble` says why nothing changed.
struct commit_answer {
  failure trouble; ///< ec::none when it is on disk
};

/// To the queue: what became of the new jobs of one batch.
struct creates_settled {
  std::vector<waiting_job> committed;
  std::vector<job_id> refused;
  failure why; ///< of the refusals
};

/// From the queue: answer when everything that was asked for before this is committed. So the queue
/// reads the record of a crashed job only after that job's last commit.
struct commit_barrier {
  job_id id;
  caf::actor from;
};

struct barrier_passed {
  job_id id;
};

/// From the store to itself: lands behind what its mailbox holds, so that all of it is one batch.
struct flush_batch {};

// -- taking ended jobs out ------------------------------------------------------------------------------

/// To the queue: take these jobs out, as far as nothing speaks against it.
struct prune_request {
  std::vector<doomed_job> jobs;
  bool dry_run = false; ///< only say which
  caf::actor from;
};

/// From the queue, in the end.
struct prune_answer {
  std::vector<doomed_job> gone; ///< or would be
  uint64_t kept = 0;            ///< they are awake, or must be found by a create that is sent again
  failure trouble;              ///< ec::none, or why nothing is gone
};

/// From the queue to the store, and back when it has been dealt with.
struct erase_request {
  std::vector<doomed_job> jobs;
  uint64_t kept = 0;
  caf::actor wanted_by;
  caf::actor from;
};

struct erase_answer {
  std::vector<doomed_job> jobs;
  uint64_t kept = 0;
  caf::actor wanted_by;
  failure trouble;
};

// -- between queue and job -------------------------------------------------------------------------------

/// A claim on its way to a job, or in the line of those that wait.
struct waiting_claim {
  claim_request request;
  uint64_t ticket = 0;  ///< grows with each claim: who came first
  actor_time due{};     ///< answered with nothing from then on
  caf::actor of_worker; ///< whose silence ends the lease; null for a worker without a name
  bool parked = false;  ///< its worker is drained: it waits without being in the line
};

struct claim_offer {
  waiting_claim claim;
};

/// To the actor of a job that is not there yet: it is made durable and given away in one commit.
struct birth {
  job_change create;
  waiting_claim claim;
  reply<created_job> created;
};

/// From such a job: it could not be made durable, so it is none. The claim looks for another one.
struct stillborn {
  job_id id;
  failure why;
  waiting_claim claim;
};

/// The job cannot be claimed any more: the queue looks for another one.
struct claim_declined {
  waiting_claim claim;
};

/// The runner that claimed the job under this boot id has been started anew.
struct orphan_notice {
  std::string principal; ///< whose token it sent
  std::string worker_id;
  std::string new_boot_id;
};

/// The token that the job may have been claimed with is good for nothing any more.
struct token_revoked {
  std::string kid;
};

/// The deadline of the job has passed: it fails if nobody works on it.
struct deadline_notice {};

/// From a job to itself: it woke up with a lease, whose new term must be written down.
struct grace_begun {};

/// Answer every watch with what there is: the broker goes down.
struct watches_end {};

/// From a job: where it stands after the errands so far.
struct job_report {
  caf::actor_addr from; ///< a report of an earlier life of the job says nothing of the present one
  job record;
  uint64_t handled = 0;    ///< messages of the queue that it has dealt with
  bool watched = false;    ///< somebody waits for its events
  bool unreadable = false; ///< its texts cannot be read: it must not be offered again
};

// -- between job, lease and worker -----------------------------------------------------------------------

/// From a job: a full term from now.
struct lease_renewed {};

/// From a lease: it ended without a result. @param renewals as many as the lease knew of; a job that
/// has renewed since ignores it
struct lease_ended {
  std::string lease_id;
  uint64_t renewals = 0;
  lease_end why = lease_end::expired;
};

/// From the queue: the worker said something.
struct sign_of_life {};

/// From the queue: a claim of the worker waits, which is a sign of life as long as it does.
struct poll_opened {};
struct poll_ended {};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::alarm_rang)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::commit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::commit_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::creates_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::commit_barrier)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::barrier_passed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::flush_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::prune_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::prune_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::erase_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::erase_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::claim_offer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::birth)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::stillborn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::claim_declined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::orphan_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::token_revoked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::deadline_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::grace_begun)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::watches_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::job_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::lease_renewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::lease_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::sign_of_life)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::poll_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::poll_ended)
