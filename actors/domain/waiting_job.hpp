#pragma once
// A queued job as the queue keeps it in memory: what decides who gets it, and when.

#include "actors/domain/job.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace claw {

struct waiting_job {
  job_id id;
  caps required;
  int32_t priority = 0;
  std::string requester;
  std::optional<int64_t> not_before_s; ///< wall time; may not be claimed before
  std::optional<int64_t> deadline_s;   ///< wall time; may not be claimed from then on
};

inline waiting_job waiting(const job& x) {
  return {x.id, x.required, x.priority, x.requester, x.not_before_s, x.deadline_s};
}

/// May it be claimed as far as the time is concerned?
inline bool has_begun(const waiting_job& x, int64_t now_s) {
  return !x.not_before_s || *x.not_before_s <= now_s;
}

} // namespace claw
