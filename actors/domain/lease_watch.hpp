#pragma once
// The holder's side of a lease: when to renew it and when it must be given up for lost.

#include <chrono>
#include <cstdint>
#include <optional>

namespace claw {

/// What came of one renewal.
enum class renewal_end : uint8_t {
  renewed,
  unsupported, ///< an old broker: leases cannot be renewed there
  taken,       ///< the broker says that the job is no longer ours
  failed,      ///< no connection, or an answer that makes no sense
};

struct lease_watch {
  using time_point = std::chrono::steady_clock::time_point;

  std::chrono::milliseconds term{60'000};
  time_point renewed_at{}; ///< the claim or the last renewal that was answered

  enum class verdict : uint8_t { go_on, quiet, lost };
  struct decision {
    verdict what = verdict::go_on;
    std::chrono::milliseconds pause{0}; ///< until the next renewal
  };

  /// @param asked_at when the renewal was sent: the lease counts from no later than that
  decision after(renewal_end end, time_point asked_at, time_point now);

  /// Until the first renewal: a third of the term, so that two may fail.
  std::chrono::milliseconds interval() const;
};

/// The term of a lease from the broker's two readings of its own clock, so that the runner's clock does not matter.
/// @returns 60 s where the broker does not say, else at least 1 s and at most a day
std::chrono::milliseconds lease_term_of(std::optional<int64_t> started_s,
                                        std::optional<int64_t> lease_until_s);

} // namespace claw
