#include "actors/domain/readiness.hpp"

#include <algorithm>

namespace claw {

namespace {

/// A disk that needs longer for one batch is not coming back soon.
constexpr int64_t commit_us_max = 5'000'000;

/// A failure that nothing has followed says nothing any more after so long.
constexpr int64_t failure_us_remembered = 30'000'000;

std::string store_trouble(const readiness_facts& x) {
  if (!x.store_reads)
    return "the store cannot be read; the broker's log says why";
  return x.takes_new_jobs ? "" : "the store has no room for new jobs; free disk space";
}

std::string commit_trouble(const readiness_facts& x) {
  if (x.commit_under_way_us.value_or(0) > commit_us_max)
    return "a commit has been under way for " + std::to_string(*x.commit_under_way_us / 1'000'000)
           + " s: look at the disk";
  const auto [trouble, at_us] = x.last_commit;
  if (trouble == ec::none || x.now_us - at_us > failure_us_remembered)
    return "";
  // A full store refuses new jobs alone; whether it is still full, its room tells.
  if (trouble == ec::store_full)
    return x.takes_new_jobs ? "" : "the last commit found no room";
  return "the last commit failed; the broker's log says why";
}

std::string clock_trouble(const readiness_facts& x) {
  if (x.wall_ms < clock_watch::wall_ms_min)
    return "the machine's clock says a time before 2024: set it";
  if (!x.jump)
    return "";
  return "the machine's clock was set " + std::string{x.jump->by_ms < 0 ? "back" : "forward"} + " by "
         + std::to_string((x.jump->by_ms < 0 ? -x.jump->by_ms : x.jump->by_ms) / 1'000)
         + " s within the last minute: jobs with a not_before or a deadline begin or end at other moments than planned";
}

} // namespace

readiness_checks look_at(const readiness_facts& x) {
  return {{{"store", store_trouble(x)},
           {"commits", commit_trouble(x)},
           {"queue", x.queue_answers ? "" : "the queue does not answer: a part of the broker restarts or stops"},
           {"clock", clock_trouble(x)}}};
}

bool all_well(const readiness_checks& x) {
  return std::all_of(x.begin(), x.end(), [](const readiness_check& check) { return check.trouble.empty(); });
}

} // namespace claw
