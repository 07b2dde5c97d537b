#pragma once
// How often and how much at once a person may ask: BOT_COOLDOWN_SECONDS between two jobs, BOT_MAX_CONCURRENT jobs at
// a time. Whoever asks for more at a time waits in line; whoever asks too fast is told so. The time is the one that
// Discord stamps on a message, so that what was said while the bot was away is judged as if it had been there.

#include "actors/domain/snowflake.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

namespace claw {

class user_turns {
public:
  static constexpr std::size_t held_max = 10; ///< of one person

  struct limits {
    std::chrono::milliseconds cooldown{3'000};
    std::size_t jobs_max = 1;
  };
  enum class kind : uint8_t { go, hold, too_soon, too_many };
  struct verdict {
    kind what = kind::go;
    std::size_t place = 0;             ///< hold: 1 is the next
    std::chrono::milliseconds wait{0}; ///< too_soon
  };

  explicit user_turns(limits x) : limits_(x) {}

  /// Decides on a new errand with the id of its message, and counts it when it may go or wait.
  verdict ask(snowflake user, snowflake errand);

  /// Counts what an earlier process had taken on already.
  void restore(snowflake user, snowflake errand, bool held);

  /// The errand has ended, or was given up while it waited. @returns the one whose turn it is now
  std::optional<snowflake> over(snowflake user, snowflake errand);

  /// @returns the errand whose turn it is, where one waits and nothing is before it
  std::optional<snowflake> start_next(snowflake user);

  const limits& bounds() const noexcept { return limits_; }

private:
  struct line {
    std::set<snowflake> running;
    std::deque<snowflake> held;
    snowflake last{}; ///< the newest errand that was counted
  };

  limits limits_;
  std::map<snowflake, line> lines_; ///< of people on the allowlist only
};

} // namespace claw
