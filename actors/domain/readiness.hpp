#pragma once
// Whether a broker can do its work at this moment: take a job, keep it, give it away at the right time. Pure: the
// caller tries and measures.

#include "actors/domain/clock_watch.hpp"
#include "actors/domain/commit_tally.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

struct readiness_facts {
  bool store_reads = true;    ///< something was read of it just now
  bool takes_new_jobs = true; ///< it has room for them
  commit_tally::last_end last_commit;
  std::optional<int64_t> commit_under_way_us;
  bool queue_answers = true;
  std::optional<clock_watch::jump> jump; ///< a fresh one
  int64_t wall_ms = 0;
  int64_t now_us = 0; ///< of the clock that commits are measured with
};

/// One thing that was looked at. `trouble` is a plain sentence without paths, "" when all is well.
struct readiness_check {
  std::string_view name;
  std::string trouble;
};

using readiness_checks = std::array<readiness_check, 4>;

/// store, commits, queue, clock: always all of them, in this order.
readiness_checks look_at(const readiness_facts& x);

bool all_well(const readiness_checks& x);

} // namespace claw
