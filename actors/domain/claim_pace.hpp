#pragma once
// When a runner asks for work again. Plain decisions: the actor brings the time that a claim was held and a random
// number. What could not be delivered goes before the next claim: the first claim after a restart makes the broker give
// the jobs of the old start out again, and a kept result of one of them would be refused or the work done twice.

#include <chrono>
#include <cstdint>

namespace claw {

/// What came of one claim.
enum class claim_end : uint8_t {
  granted,
  nothing, ///< the broker had no job
  failed,  ///< no connection, a 5xx, or an answer that makes no sense
  denied,  ///< a no that trying again soon will not change, such as a bad token
};

struct claim_pace {
  std::chrono::milliseconds poll_interval{10'000}; ///< POLL_INTERVAL_SEC: for brokers that cannot hold a claim
  uint32_t failures = 0;                           ///< in a row
  uint32_t undelivered = 0;                        ///< deliveries that failed while a claim waited for them, in a row
  bool broker_holds = false;                       ///< it has held a claim before, so it is no old one

  static constexpr std::chrono::milliseconds backoff_min{500};
  static constexpr std::chrono::milliseconds backoff_max{30'000};

  /// A broker that holds claims and yet answered at once is going down: it is back soon.
  static constexpr std::chrono::milliseconds restart_pause{1'000};

  /// So often a claim waits for the next try to deliver. A broker that takes claims and never takes one result must not
  /// keep the runner idle; while it is away, claims fail as well and the count begins anew.
  static constexpr uint32_t undelivered_max = 5;

  bool delivers_first() const { return undelivered < undelivered_max; }
  void after_delivery(bool got_through) { undelivered = got_through ? 0 : undelivered + 1; }

  /// @param wanted how long the broker was asked to hold the claim
  /// @param held   how long it did
  /// @param random any 64 bits; spreads the runners of a broker that comes back
  /// @returns how long to wait before the next claim
  std::chrono::milliseconds after(claim_end end, std::chrono::milliseconds wanted,
                                  std::chrono::milliseconds held, uint64_t random);
};

/// `min` doubled once for every failure after the first, at most `max`, of which the last half is random.
std::chrono::milliseconds backoff_with_jitter(uint32_t failures, std::chrono::milliseconds min,
                                              std::chrono::milliseconds max, uint64_t random);

} // namespace claw
