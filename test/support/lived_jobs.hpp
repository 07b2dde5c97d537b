#pragma once
// Jobs with a life that the transitions allow, as stores keep them.

#include "actors/domain/job_transitions.hpp"
#include "test/support/sample_jobs.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// Queued, claimed, a word of progress, and done: four events, one change each.
inline std::vector<job_change> whole_life(uint64_t n, const std::string& result = "42") {
  constexpr int64_t born_ms = 1'700'000'000'000;
  job fresh;
  fresh.id = sample_id(n);
  fresh.command = "ping";
  fresh.attempts_max = 5;
  std::vector<job_change> life;
  life.push_back(created(std::move(fresh), "payload " + std::to_string(n), born_ms));
  life.push_back(claimed(life.back().after, {"worker", "boot", "lease", born_ms / 1'000 + 60}, born_ms + 1'000));
  life.push_back(progressed(life.back().after, {{job_event_kind::status, R"({"what":"begun"})"}}, born_ms + 2'000));
  life.push_back(finished(life.back().after, {false, result, "worker"}, born_ms + 3'000));
  return life;
}

} // namespace claw
