#include "actors/domain/user_turns.hpp"

#include <algorithm>

namespace claw {

user_turns::verdict user_turns::ask(snowflake user, snowflake errand) {
  auto& own = lines_[user];
  if (is_set(own.last)) {
    const std::chrono::milliseconds since{made_at_ms(errand) - made_at_ms(own.last)};
    if (since < limits_.cooldown && since.count() >= 0)
      return {kind::too_soon, 0, limits_.cooldown - since};
  }
  const bool busy = own.running.size() >= limits_.jobs_max || !own.held.empty();
  if (busy && own.held.size() >= held_max)
    return {kind::too_many, 0, {}};
  own.last = std::max(own.last, errand);
  if (!busy) {
    own.running.insert(errand);
    return {kind::go, 0, {}};
  }
  own.held.push_back(errand);
  return {kind::hold, own.held.size(), {}};
}

void user_turns::restore(snowflake user, snowflake errand, bool held) {
  auto& own = lines_[user];
  own.last = std::max(own.last, errand);
  if (held)
    own.held.push_back(errand);
  else
    own.running.insert(errand);
}

std::optional<snowflake> user_turns::over(snowflake user, snowflake errand) {
  auto& own = lines_[user];
  own.running.erase(errand);
  std::erase(own.held, errand);
  return start_next(user);
}

std::optional<snowflake> user_turns::start_next(snowflake user) {
  auto& own = lines_[user];
  if (own.held.empty() || own.running.size() >= limits_.jobs_max)
    return std::nullopt;
  const auto next = own.held.front();
  own.held.pop_front();
  own.running.insert(next);
  return next;
}

} // namespace claw
