#pragma once
// Why a job waits, or went where it went: facts, and one sentence for people.

#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// One attempt, as the events tell it.
struct attempt_story {
  uint32_t attempt = 0;
  std::string worker_id; ///< "" for a worker without a name
  int64_t claimed_ms = 0;
  std::optional<int64_t> ended_ms; ///< none while it runs
  std::string end; ///< done, failed, cancelled, buried, or why it was requeued; "" while it runs
};

/// What the events of a job say of its attempts, in order.
std::vector<attempt_story> attempts_of(const std::vector<job_event>& events);

/// A worker that has some or all of the caps that the job requires.
struct candidate {
  std::string worker_id;
  caps missing; ///< empty: it can serve the job
  bool live = false;
  bool draining = false;
  std::size_t running = 0;
  int64_t last_seen_s = 0;
};

struct explain_facts {
  job record;
  int64_t now_s = 0;
  uint64_t ahead = 0; ///< jobs that wait for the same caps and go first; a count that may stop at a bound
  std::vector<candidate> workers;
};

struct explanation {
  std::string summary;
  std::vector<std::string> missing_caps; ///< those that no live worker has; a job may also wait for the combination
};

explanation explain(const explain_facts& x);

} // namespace claw
