#pragma once
// The messages of the broker: what the HTTP door asks its actors, and what they tell each other. All of them stay
// inside one process, so CAF needs no serialization for them.

#include "actors/domain/access_token.hpp"
#include "actors/domain/explain.hpp"
#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"
#include "actors/domain/job_transitions.hpp"
#include "actors/domain/lease.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/reply.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace claw {

// -- create ------------------------------------------------------------------------------------

/// A job as its producer asked for it, already checked by the door.
struct new_job {
  std::string command;
  std::string payload;
  std::optional<std::string> requires_json;
  caps required;
  std::optional<uint32_t> attempts_max; ///< none: the broker's default
  int32_t priority = 0;
  std::string requester;
  std::optional<int64_t> not_before_s; ///< wall seconds since the Unix epoch
  std::optional<int64_t> deadline_s;   ///< wall seconds since the Unix epoch
  std::map<std::string, std::string> tags;
  std::string create_key;    ///< Idempotency-Key; "" without
  std::string create_digest; ///< of the body, so that the same key with another body is found out
  std::string owner{};       ///< the principal whose token it came with; "" for the shared one
};

struct created_job {
  job_id id;
  job_status status = job_status::queued; ///< another one where the job was there already
  bool servable = false; ///< a worker that was seen lately has the caps
  uint64_t position = 1; ///< its place among the jobs that wait for the same caps
  bool repeated = false; ///< its Idempotency-Key was known: nothing was created
};

struct create_request {
  new_job what;
  reply<created_job> answer;
  bool only_repeat = false; ///< its sender makes too many: `rate_limited`, unless its key is known
};

// -- claim -------------------------------------------------------------------------------------

/// What a worker says of itself with every request.
struct worker_facts {
  std::string worker_id; ///< "" when it does not say
  std::string boot_id;   ///< "" when it does not say; a new one tells that the jobs of the old one are orphans
  std::string version;
  claw::caps caps;
  std::string principal{}; ///< whose token it sent; "" for the shared one
  std::string kid{};       ///< which token; "" for the shared one
  std::string notes{}; ///< why it has fewer caps than it was set up for, "" when it does not say
};

/// A job given to a worker, with all that it needs to work on it.
struct grant {
  job_document document; ///< status running; `head.lease_id` is the fencing token
  std::optional<std::string> checkpoint_json; ///< of an earlier attempt
};

/// Names one waiting claim, so that a connection that closes can take it back.
enum class poll_id : uint64_t {};

struct claim_request {
  worker_facts worker;
  std::chrono::milliseconds wait{0}; ///< 0: answer at once
  poll_id poll{};
  reply<std::optional<grant>> answer;
};

/// The connection behind a waiting claim or a watch is gone. A grant that crosses this message on its way is given back
/// by the door with a `release_request`.
struct poll_closed {
  poll_id poll{};
  std::optional<job_id> watched{}; ///< whose news it waited for; none: it was a claim
};

// -- what the holder of a lease says -----------------------------------------------------------

struct finish_request {
  job_id id;
  lease_proof proof;
  finish_kind kind = finish_kind::result;
  std::string text;
  struct answer_type {
    job_status status = job_status::done; ///< the status after it: done or failed
    std::string note;                     ///< `already done; fail ignored`, ...; "" when it counted
    bool late = false;                    ///< accepted although the lease had expired
  };
  reply<answer_type> answer;
};

struct renewal {
  int64_t lease_until_s = 0;
  bool cancel = false; ///< the runner must stop
};

struct renew_request {
  job_id id;
  lease_proof proof;
  reply<renewal> answer;
};

/// The worker gives the job back, at once and without spending an attempt.
struct release_request {
  job_id id;
  lease_proof proof;
  reply<done> answer;
};

/// Progress of a running job. A checkpoint also becomes the job's `checkpoint` text.
struct progress_request {
  job_id id;
  lease_proof proof;
  using entry = progress_entry;
  std::vector<entry> entries;
  struct answer_type {
    uint64_t sequence = 0; ///< of the newest event
    bool cancel = false;
  };
  reply<answer_type> answer;
};

/// Any authenticated request of a worker is a sign of life.
struct worker_seen {
  worker_facts worker;
};

// -- what producers and operators say ----------------------------------------------------------

struct cancel_request {
  job_id id;
  reply<job> answer; ///< the job after it
};

struct retry_request {
  job_id id;
  reply<job> answer; ///< the job after it
};

/// One worker as the broker knows it.
struct worker_snapshot {
  worker_facts facts;
  int64_t first_seen_s = 0;
  int64_t last_seen_s = 0;
  bool polling = false; ///< a claim of it is waiting right now
  bool live = false;    ///< seen within its silence limit
  bool draining = false;
  std::vector<job_id> running;
};

/// No new jobs for this worker, or jobs again; what it works on, it finishes. Error: `no_such_worker`.
struct drain_request {
  std::string worker_id;
  bool draining = true;
  reply<worker_snapshot> answer; ///< the worker after it
};

/// Where a queued job stands.
struct standing {
  uint64_t ahead = 0; ///< jobs that wait for the same caps and go first; counting stops at `limits::ahead_counted_max`
  std::vector<candidate> workers; ///< every worker that is known
};

struct standing_question {
  job_id id;
  caps required;
  int32_t priority = 0;
  reply<standing> answer;
};

struct workers_question {
  reply<std::vector<worker_snapshot>> answer;
};

/// The queue in figures.
struct queue_facts {
  struct depth {
    caps required;
    uint64_t queued = 0;
    int64_t oldest_created_s = 0;
    bool servable = false; ///< a live worker has these caps
  };
  /// Workers that are alive and take jobs, by what they can do.
  struct worker_group {
    claw::caps caps;
    uint64_t workers = 0;
  };
  std::vector<depth> waiting;
  std::vector<worker_group> live;
  uint64_t draining = 0; ///< live workers that are to get no more jobs
  uint64_t queued = 0;
  uint64_t running = 0;
  uint64_t waiting_claims = 0;
};

struct queue_question {
  reply<queue_facts> answer;
};

/// Somebody waits for news of a job: answered when it has an event above `after`, or after `wait`. Who is told of news
/// reads as much of it as he can use: events may be many, and large.
struct watch_request {
  job_id id;
  uint64_t after = 0;
  std::chrono::milliseconds wait{0};
  poll_id poll{};
  reply<bool> answer; ///< whether there is news
};

// -- clients' tokens ----------------------------------------------------------------------------

/// Answered once the token is kept. Errors: see admit_token.
struct token_create_request {
  access_token wanted; ///< all but `created_s`
  std::string by;      ///< the kid of who asks, for the log
  reply<access_token> answer;
};

/// Leases that were claimed with the token end at once, whether the answer is good or not. The door has turned away
/// by then whoever sends it. Error: `no_such_token`; those of the store, and then a restart would know it again.
struct token_revoke_request {
  std::string kid;
  std::string by; ///< the kid of who asks, for the log
  reply<access_token> answer; ///< the token as it was
};

/// The broker is going down: waiting claims and watches are answered (with nothing), new requests get `unavailable`.
struct shutdown_request {
  reply<done> answer; ///< when every commit under way is on disk
};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::create_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::claim_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::poll_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::finish_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::renew_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::release_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::progress_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::worker_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::cancel_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::retry_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::drain_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::standing_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::workers_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::queue_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::watch_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::token_create_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::token_revoke_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::shutdown_request)
