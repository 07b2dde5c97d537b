#include "actors/domain/commit_tally.hpp"

#include <algorithm>

namespace claw {

void commit_tally::end(const std::vector<job_change>& changes, const outcome<done>& result, int64_t now_us) {
  const auto took = now_us - begun_us_.exchange(0);
  last_trouble_ = result ? ec::none : result.error().code;
  last_end_us_ = now_us;
  if (!result) {
    (result.error().code == ec::store_full ? failed_full_ : failed_otherwise_).add();
    return;
  }
  if (!changes.empty()) // jobs were taken out
    changes_.add(changes.size());
  times_us_.add(static_cast<uint64_t>(std::max<int64_t>(0, took)));
  for (const auto& x : changes)
    for (const auto& event : x.events)
      count(event);
}

void commit_tally::count(const job_event& x) {
  events_[static_cast<std::size_t>(x.kind)].add();
  if (x.kind != job_event_kind::requeued)
    return;
  for (auto why : {lease_end::expired, lease_end::worker_lost, lease_end::worker_restarted, lease_end::released,
                   lease_end::token_revoked})
    if (x.why == to_string(why))
      requeues_[static_cast<std::size_t>(why)].add();
}

uint64_t commit_tally::leases_lost() const {
  return requeues(lease_end::expired) + requeues(lease_end::worker_lost) + requeues(lease_end::worker_restarted)
         + events(job_event_kind::buried);
}

std::optional<int64_t> commit_tally::under_way_us(int64_t now_us) const {
  const auto begun = begun_us_.load();
  return begun == 0 ? std::nullopt : std::optional{std::max<int64_t>(0, now_us - begun)};
}

} // namespace claw
