#pragma once
// The order of calls that go to one place, such as the messages of a channel: one at a time, what a person waits for
// first, and no progress that something newer has overtaken.

#include "actors/domain/discord_call.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// What outranks what.
enum class call_rank : uint8_t {
  answer,   ///< the end of a job, a reply, and whatever a person waits for
  status,   ///< the first words on a job
  progress, ///< an edit that a newer one replaces; lost when it cannot go out
};

struct lane_call {
  using time_point = std::chrono::steady_clock::time_point;

  uint64_t number = 0; ///< 1, 2, 3, ... in the order of arrival
  discord_call call;
  call_rank rank = call_rank::answer;
  time_point since{};    ///< when it arrived
  time_point due{};      ///< not before
  uint32_t failures = 0; ///< in a row
};

/// What to do with a call that has an answer, or none.
enum class call_end : uint8_t {
  answered, ///< the answer counts, a refusal too
  again,    ///< it is to be sent once more
  lost,     ///< nobody knows whether it was carried out, and it has been tried long enough
};

class call_lane {
public:
  using time_point = lane_call::time_point;

  static constexpr std::chrono::seconds tries_end{60};               ///< a nonce protects for minutes only
  static constexpr std::chrono::milliseconds interaction_end{2'500}; ///< of the 3 s in which Discord wants to hear
  static constexpr std::chrono::milliseconds pause_min{1'000};
  static constexpr std::chrono::milliseconds pause_max{15'000};
  static constexpr std::chrono::milliseconds interaction_pause{200};

  /// @returns the numbers of those that it makes needless, which may be its own
  std::vector<uint64_t> add(lane_call x);

  /// The one that is to go out first; none while another one is under way. Valid until the next change.
  const lane_call* next() const;

  /// The one that `next` named is under way.
  void begin(uint64_t number);

  /// @param answer none when the connection broke. A call that is lost or answered leaves the lane.
  call_end end(const std::optional<discord_answer>& answer, time_point now, uint64_t random);

  /// Takes a waiting call out.
  void drop(uint64_t number);

  bool idle() const noexcept { return waiting_.empty() && !under_way_; }
  const std::optional<lane_call>& under_way() const noexcept { return under_way_; }

private:
  std::vector<lane_call> waiting_; ///< by number
  std::optional<lane_call> under_way_;
};

/// Which calls share a lane: those whose order people would notice.
std::string lane_of(const discord_call& x);

} // namespace claw
