#pragma once
// When a call may go out: Discord's rate limits as they are learned from its answers. Nothing is hard-coded but the
// global limit and the two bounds that end in a ban. Plain values: the caller brings the time.
// @source Discord API reference, "Rate Limits", "Invalid Request Limit"

#include "actors/domain/discord_call.hpp"
#include "actors/domain/rate_window.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace claw {

class rate_buckets {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t global_per_second = 45;    ///< of 50
  static constexpr std::size_t invalid_max = 2'000;       ///< of 10,000 in ten minutes
  static constexpr std::chrono::minutes blocked_pause{5}; ///< after a 429 from outside of the API
  static constexpr std::chrono::minutes refused_pause{5}; ///< before a call without permission is tried again

  /// How long the call has to wait at `now`; zero: it may go out.
  /// @param reserve how many calls of its bucket are left to others: progress leaves one to the answer
  std::chrono::milliseconds wait(const discord_call& x, time_point now, int64_t reserve = 0) const;

  /// True for a call that was refused for lack of permission a short while ago: it is not worth a request.
  bool is_refused(const discord_call& x, time_point now) const;

  void sent(const discord_call& x, time_point now);
  void answered(const discord_call& x, const discord_answer& answer, time_point now);

private:
  struct bucket {
    int64_t remaining = 1;
    time_point resets{};
  };
  static std::string key_of(const discord_call& x);
  const bucket* find(const discord_call& x) const;

  std::map<std::string, std::string> names_; ///< route and place to bucket, as answers told
  std::map<std::string, bucket> buckets_;
  std::map<std::string, time_point> refused_; ///< until when
  rate_window global_{global_per_second, std::chrono::seconds{1}};
  rate_window invalid_{invalid_max, std::chrono::minutes{10}};
  time_point all_held_{};
};

} // namespace claw
