#pragma once
// What a store has committed since its program started, and how it is doing. One thread commits, any may read.

#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"
#include "actors/domain/job_transitions.hpp"
#include "actors/domain/meter.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace claw {

class commit_tally {
public:
  // -- who commits. Times are microseconds of one steady clock
  //
  void begin(int64_t now_us) noexcept { begun_us_ = now_us; }
  void end(const std::vector<job_change>& changes, const outcome<done>& result, int64_t now_us);

  // -- who watches
  //
  uint64_t events(job_event_kind x) const { return events_[static_cast<std::size_t>(x)].value(); }
  uint64_t requeues(lease_end x) const { return requeues_[static_cast<std::size_t>(x)].value(); }

  /// Leases that ended without a result or a release: their jobs were requeued or buried.
  uint64_t leases_lost() const;

  /// How long the commit that is under way has lasted.
  std::optional<int64_t> under_way_us(int64_t now_us) const;

  struct last_end {
    ec trouble = ec::none; ///< none: it succeeded, or there was none
    int64_t at_us = 0;
  };
  last_end last() const { return {last_trouble_.load(), last_end_us_.load()}; }

  using size_histogram = histogram<11>;
  using time_histogram = histogram<12>;
  const size_histogram& changes() const noexcept { return changes_; }   ///< in a commit that succeeded
  const time_histogram& times_us() const noexcept { return times_us_; } ///< likewise
  uint64_t failed_full() const noexcept { return failed_full_.value(); }
  uint64_t failed_otherwise() const noexcept { return failed_otherwise_.value(); }

private:
  void count(const job_event& x);

  static constexpr std::size_t kinds = static_cast<std::size_t>(job_event_kind::checkpoint) + 1;
  static constexpr std::size_t lease_ends = static_cast<std::size_t>(lease_end::token_revoked) + 1;

  std::array<counter, kinds> events_;
  std::array<counter, lease_ends> requeues_;
  size_histogram changes_{{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024}};
  time_histogram times_us_{
      {250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000}};
  counter failed_full_;
  counter failed_otherwise_;
  std::atomic<int64_t> begun_us_{0}; ///< 0: none is under way
  std::atomic<ec> last_trouble_{ec::none};
  std::atomic<int64_t> last_end_us_{0};
};

} // namespace claw
