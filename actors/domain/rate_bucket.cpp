#include "actors/domain/rate_bucket.hpp"

#include <algorithm>

namespace claw {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t entries_max = 4'096; ///< of each map; then what is over is forgotten

std::string place_of(const discord_call& x) {
  if (is_interaction_call(x.what))
    return to_string(x.interaction);
  return to_string(x.channel);
}

template <class Map, class IsOver>
void forget_over(Map& all, IsOver is_over) {
  if (all.size() >= entries_max)
    std::erase_if(all, is_over);
}

milliseconds until(rate_buckets::time_point then, rate_buckets::time_point now) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(then - now));
}

} // namespace

std::string rate_buckets::key_of(const discord_call& x) {
  return route_of(x.what) + " " + place_of(x);
}

const rate_buckets::bucket* rate_buckets::find(const discord_call& x) const {
  const auto name = names_.find(key_of(x));
  if (name == names_.end())
    return nullptr;
  const auto at = buckets_.find(name->second);
  return at == buckets_.end() ? nullptr : &at->second;
}

milliseconds rate_buckets::wait(const discord_call& x, time_point now, int64_t reserve) const {
  auto pause = milliseconds{0};
  if (!is_interaction_call(x.what)) {
    pause = until(all_held_, now);
    pause = std::max(pause, std::chrono::ceil<milliseconds>(global_.wait(now)));
    pause = std::max(pause, std::chrono::ceil<milliseconds>(invalid_.wait(now)));
  }
  if (const auto* own = find(x); own != nullptr && own->remaining <= reserve)
    pause = std::max(pause, until(own->resets, now));
  return pause;
}

bool rate_buckets::is_refused(const discord_call& x, time_point now) const {
  const auto at = refused_.find(key_of(x));
  return at != refused_.end() && now < at->second;
}

void rate_buckets::sent(const discord_call& x, time_point now) {
  if (!is_interaction_call(x.what))
    global_.admit(now);
}

void rate_buckets::answered(const discord_call& x, const discord_answer& answer, time_point now) {
  const auto& rate = answer.rate;
  const bool limited = answer.status == 429;
  if (answer.status == 401 || answer.status == 403 || (limited && !rate.shared))
    invalid_.admit(now);
  if (answer.status == 403
      && (answer.code == discord_code::missing_permission || answer.code == discord_code::missing_access)) {
    forget_over(refused_, [=](const auto& entry) { return entry.second <= now; });
    refused_[key_of(x)] = now + refused_pause;
  }
  if (limited && rate.from_outside)
    all_held_ = std::max(all_held_, now + blocked_pause);
  const auto pause = rate.retry_after.value_or(milliseconds{1'000});
  if (limited && rate.global)
    all_held_ = std::max(all_held_, now + pause);
  if (rate.bucket.empty() && !limited)
    return;
  forget_over(buckets_, [=](const auto& entry) { return entry.second.resets <= now; });
  forget_over(names_, [this](const auto& entry) { return buckets_.count(entry.second) == 0; });
  const auto name = rate.bucket.empty() ? key_of(x) : rate.bucket + " " + place_of(x);
  names_[key_of(x)] = name;
  auto& own = buckets_[name];
  if (limited && !rate.global)
    own = {0, now + pause};
  else if (rate.remaining && rate.reset_after)
    own = {*rate.remaining, now + *rate.reset_after};
}

} // namespace claw
