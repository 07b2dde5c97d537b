#pragma once
// The queue's index of the jobs that wait: one line per required caps, priority and requester, oldest first. A claim
// never looks at a job that it cannot have, nor at the lines of caps that its worker lacks.

#include "actors/domain/caps.hpp"
#include "actors/domain/job_id.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace claw {

/// Holds ids only: about 64 bytes a job. Age is the order of ids, so a requeued job gets its old place back.
///
/// Jobs that require the same caps share a bucket. Each bucket is anchored under one of its caps,
/// the one that had the fewest buckets, and a worker looks only under its own caps and under the
/// empty set: however many jobs, or distinct sets of caps, wait for an absent worker, they cost a
/// claim nothing. A claim costs O(buckets under the worker's caps).
///
/// Fair share: among the jobs of the highest priority, the requester whose jobs have run least lately
/// goes first. Running time counts half after `limits::fair_share_half_life`, so nobody lives on old
/// credit, and whoever floods the queue waits only for himself.
class job_index {
public:
  job_index();
  ~job_index();
  job_index(job_index&&) noexcept;
  job_index& operator=(job_index&&) noexcept;

  /// Adding a job twice changes nothing.
  void add(const job_id& id, const caps& required, int32_t priority, std::string_view requester = {});

  /// @returns false when it was not there.
  bool remove(const job_id& id, const caps& required, int32_t priority,
              std::string_view requester = {});

  /// The job that a worker with these caps gets next: of the highest priority, of the requester who
  /// is due, the oldest. Takes it out.
  std::optional<job_id> take(const caps& worker);

  /// Jobs of this requester have run for so long. @param now steady time since any fixed moment
  void charge(std::string_view requester, std::chrono::milliseconds ran,
              std::chrono::milliseconds now);

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// How many jobs that require the same wait with this priority or a higher one.
  std::size_t ahead(const caps& required, int32_t priority) const;

  /// How many jobs that require the same have a higher priority, or the same and are older. Fair share may let others
  /// go first as well. @param id of a job that waits, or not; counting stops at `limits::ahead_counted_max`
  std::size_t before(const job_id& id, const caps& required, int32_t priority) const;

  /// Calls `visit` for every set of required caps that has waiting jobs: how many, and the oldest of them.
  void each_required(
      const std::function<void(const caps&, std::size_t, const job_id& oldest)>& visit) const;

  /// How many buckets the last `take` looked at: what a claim costs.
  std::size_t looked_at() const noexcept { return looked_at_; }

private:
  struct bucket;
  struct tier;
  struct lane;
  struct account;
  struct turn;

  bucket& bucket_for(const caps& required);
  account& account_of(std::string_view requester);
  void drop(bucket& x);
  void take_out(bucket& from, int32_t priority, lane& jobs, const job_id& id);
  const std::string& anchor_for(const caps& required) const;
  void look(const std::string& anchor, const caps& worker, bucket*& best);
  void weigh(account& x, double used);
  void forget_idle_accounts();
  void start_scale_anew(std::chrono::milliseconds now);

  std::map<caps, std::unique_ptr<bucket>> buckets_;
  std::unordered_map<std::string, std::vector<bucket*>> anchored_; ///< by a cap; "" for jobs that need none
  std::map<std::string, std::unique_ptr<account>, std::less<>> accounts_; ///< by requester
  std::chrono::milliseconds scale_began_{0}; ///< when a millisecond of running time counted 1
  std::size_t size_ = 0;
  std::size_t looked_at_ = 0;
};

} // namespace claw
