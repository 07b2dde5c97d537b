#pragma once
// The closed list of things that happen to a job. The events of a job, in order, tell its whole life.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

enum class job_event_kind : uint8_t {
  // -- changes of status, written by the broker ------------------------------------------------
  created,
  claimed,
  requeued, ///< `why` says after what: lease_expired, worker_lost, worker_restarted, released
  done,
  failed,
  cancelled,
  buried,
  retried,
  cancel_asked,
  late_result, ///< a result or failure that came too late to count, kept for people
  // -- progress, reported by a runner ----------------------------------------------------------
  status,
  delta,
  tool_call,
  tool_result,
  usage,
  checkpoint,
};

/// The wire's `type`.
std::string_view to_string(job_event_kind x);

/// @returns nothing for a type that is none.
std::optional<job_event_kind> parse_event_kind(std::string_view type);

/// @returns nothing for a type that runners may not report.
std::optional<job_event_kind> parse_progress_kind(std::string_view type);

struct job_event {
  uint64_t sequence = 0; ///< 1, 2, 3, ... without gaps in each job
  int64_t at_ms = 0;     ///< wall time, milliseconds since the Unix epoch
  job_event_kind kind = job_event_kind::created;
  uint32_t attempt = 0;
  std::string worker_id; ///< "" where no worker has to do with it
  std::string why;       ///< a reason for people, "" where there is none
  std::string data_json; ///< progress: the runner's `data` object as JSON text; else ""

  friend bool operator==(const job_event&, const job_event&) = default;
};

} // namespace claw
