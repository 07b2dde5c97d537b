#pragma once
// Which ended jobs a broker lets go: those that ended too long ago, are too many, or take too much room. The jobs that
// were created first go first, which is the order of the store; what has not ended never goes. The caller measures and
// walks; what is decided here is decided on plain values.

#include "actors/domain/job.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace claw {

/// What an operator allows. A limit that is not set does not limit.
struct retention_limits {
  std::optional<std::chrono::seconds> age_max; ///< since a job's end
  std::optional<uint64_t> jobs_max;            ///< ended ones
  std::optional<uint64_t> bytes_max;           ///< that all jobs take together

  bool any() const { return age_max || jobs_max || bytes_max; }
};

enum class prune_reason : uint8_t { age, count, size };

std::string_view to_string(prune_reason x);

struct doomed_job {
  job_id id;
  prune_reason why = prune_reason::age;
};

/// What the store holds.
struct retention_facts {
  uint64_t jobs = 0;
  uint64_t ended = 0; ///< of them
  uint64_t bytes = 0; ///< that the jobs take
  bool current = true; ///< false: changes may be missing for long, so that only the age of a job says anything
};

/// One walk through the jobs of a store, oldest first.
class retention_round {
public:
  retention_round(const retention_limits& limits, int64_t now_s) : limits_(limits), now_s_(now_s) {}

  /// How much is over the limits: at the begin of the round, and again once something is gone. How many are too many is
  /// measured once and counted from then on, since a store may not have counted yet what went a moment ago. How much
  /// room they take shows only when they are gone: it is measured each time, and the jobs are taken for as large as
  /// they are in the mean.
  void measure(const retention_facts& x);

  struct choice {
    std::vector<doomed_job> doomed; ///< a batch: so few that they can be taken out between two commits
    std::optional<job_id> last;     ///< the last job that was looked at
    bool whole = true;              ///< all of the page was looked at
    bool over = false;              ///< no younger job can go
  };

  /// @param page the next jobs of the store, oldest first
  choice choose(const std::vector<job>& page) const;

  /// So many of the chosen jobs are gone.
  void gone(uint64_t jobs);

private:
  std::optional<prune_reason> judge(const job& x, uint64_t chosen) const;
  bool is_old(int64_t since_s) const { return limits_.age_max && since_s <= now_s_ - limits_.age_max->count(); }

  retention_limits limits_;
  int64_t now_s_;
  std::optional<uint64_t> too_many_; ///< ended jobs; none: not measured yet
  uint64_t too_large_ = 0;           ///< jobs that must go for their size
};

} // namespace claw
