#pragma once
// The queue's index of the jobs that wait: one line per required caps and priority, oldest first. A
// claim never looks at a job that it cannot have, nor at the lines of caps that its worker lacks.

#include "actors/domain/caps.hpp"
#include "actors/domain/job_id.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace claw {

/// Holds ids only: about 64 bytes a job. Age is the order of ids, so a requeued job gets its old place back.
///
/// Jobs that require the same caps share a bucket. Each bucket is anchored under one of its caps,
/// the one that had the fewest buckets, and a worker looks only under its own caps and under the
/// empty set: however many jobs, or distinct sets of caps, wait for an absent worker, they cost a
/// claim nothing. A claim costs O(buckets under the worker's caps).
class job_index {
public:
  job_index();
  ~job_index();
  job_index(job_index&&) noexcept;
  job_index& operator=(job_index&&) noexcept;

  /// Adding a job twice changes nothing.
  void add(const job_id& id, const caps& required, int32_t priority);

  /// @returns false when it was not there.
  bool remove(const job_id& id, const caps& required, int32_t priority);

  /// The job that a worker with these caps gets next: of the highest priority the oldest. Takes it out.
  std::optional<job_id> take(const caps& worker);

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Calls `visit` for every set of required caps that has waiting jobs: how many, and the oldest of them.
  void each_required(
      const std::function<void(const caps&, std::size_t, const job_id& oldest)>& visit) const;

  /// How many buckets the last `take` looked at: what a claim costs.
  std::size_t looked_at() const noexcept { return looked_at_; }

private:
  struct bucket;
  using line = std::set<job_id>;

  bucket& bucket_for(const caps& required);
  void drop(bucket& x);
  const std::string& anchor_for(const caps& required) const;
  void look(const std::string& anchor, const caps& worker, bucket*& best);

  std::map<caps, std::unique_ptr<bucket>> buckets_;
  std::unordered_map<std::string, std::vector<bucket*>> anchored_; ///< by a cap; "" for jobs that need none
  std::size_t size_ = 0;
  std::size_t looked_at_ = 0;
};

} // namespace claw
