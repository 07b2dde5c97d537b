#pragma once
// A job: the unit of durable work. This header holds its record and its life as a table; the arrows are functions of
// job_transitions.hpp, and nobody else sets `status`. Times are wall time in seconds since the Unix epoch.
//
//                claimed                     finished(result)
//   [queued] ----------------> [running] -------------------------> [done]
//      ^  ^                       |  |
//      |  +------ requeued -------+  +-- finished(failure), buried, cancelled, overdue --> [failed]
//      +---------------------- retried ---------------------------------------------'
//
// A queued job ends without being claimed again when it is cancelled or overdue, or when a late result or failure of
// its last attempt comes.

#include "actors/domain/caps.hpp"
#include "actors/domain/job_id.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// Where a job is in its life. These four are the wire's `status`.
enum class job_status : uint8_t { queued, running, done, failed };

/// How a job ended: the wire's `outcome`; `none` while it has not ended.
enum class job_end : uint8_t { none, done, failed, cancelled, dead };

std::string_view to_string(job_status x);
std::string_view to_string(job_end x);

/// The record of a job without its long texts (`job_text`), which live beside it in the store.
struct job {
  // -- set at creation, never changed ----------------------------------------------------------
  job_id id;
  int64_t created_s = 0;
  std::string command;                     ///< one that runners know: `ping`, `llm_task`, ...
  std::optional<std::string> requires_json; ///< as the producer wrote it, or none
  caps required;                           ///< the caps that `requires_json` asks for; empty: anyone may claim
  int32_t priority = 0;                    ///< higher goes first
  std::string requester;                   ///< who asked, "" when not said
  std::optional<int64_t> not_before_s;     ///< not claimed before
  std::optional<int64_t> deadline_s;       ///< not claimed from then on: it fails instead
  std::map<std::string, std::string> tags; ///< the producer's own words, kept and shown
  std::string create_key;                  ///< the Idempotency-Key it was created with, "" without
  std::string create_digest;               ///< of the body it was created with; "" without a key
  std::string owner;                       ///< the principal whose token created it, "" for the shared token

  // -- the life so far; changed only by the transitions below ----------------------------------
  job_status status = job_status::queued;
  job_end end = job_end::none;
  uint32_t attempt = 0;           ///< claims so far that count; the present one while running
  uint32_t attempts_max = 1;      ///< at this attempt an expired lease buries the job
  std::string worker_id;          ///< who has it or had it last; "" when nobody, or when the worker has no name
  std::string worker_boot_id;     ///< the runner's start that claimed it, "" when not said
  std::string lease_id;           ///< of the present attempt while running, of the attempt that ended it when terminal
  std::string last_lease_id;      ///< of the last attempt that ended without a result; a late result may carry it
  std::string lease_principal;    ///< whose token claimed the leases above, "" for the shared token
  std::string lease_kid;          ///< while running: which of his tokens, "" for the shared one
  std::optional<int64_t> started_s;
  std::optional<int64_t> finished_s;
  std::optional<int64_t> lease_until_s; ///< only while running
  bool cancel_asked = false;            ///< a running job whose runner has been, or will be, told to stop
  uint64_t events = 0;                  ///< sequence number of the newest event; the first is 1

  friend bool operator==(const job&, const job&) = default;
};

/// The long texts of a job, stored beside the record so that a transition does not rewrite them.
enum class job_text : uint8_t { payload, result, error, checkpoint };

/// A job with the texts that the wire shows.
struct job_document {
  job head;
  std::string payload;
  std::optional<std::string> result;
  std::optional<std::string> error;
};

/// True for `done` and `failed`.
bool is_terminal(job_status x);

/// Too late to be claimed.
inline bool is_overdue(const job& x, int64_t now_s) {
  return x.deadline_s && *x.deadline_s <= now_s;
}

/// True when a job may go from one status to the other, as drawn above.
bool is_legal(job_status from, job_status to);

} // namespace claw
