#pragma once
// The claims that wait for a job, as the mirror image of job_index: a new job goes to the claim that has waited longest
// among those whose worker has the caps. Workers with the same caps share a line, so a job that nobody here can have
// costs one comparison per distinct caps set, not one per waiting claim.

#include "actors/domain/caps.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace claw {

class claim_line {
public:
  /// @param ticket grows with each claim that comes: the smallest has waited longest
  void add(uint64_t ticket, const caps& worker);

  /// @returns false when it was not there.
  bool remove(uint64_t ticket, const caps& worker);

  /// Takes the claim out that has waited longest for a job that requires these caps.
  std::optional<uint64_t> take(const caps& required);

  /// True when a claim waits that could have such a job.
  bool can_serve(const caps& required) const;

  std::size_t size() const noexcept { return size_; }

private:
  std::map<caps, std::set<uint64_t>> lines_; ///< by the worker's caps; never an empty one
  std::size_t size_ = 0;
};

} // namespace claw
