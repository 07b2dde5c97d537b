#include "actors/domain/call_lane.hpp"

#include "actors/domain/claim_pace.hpp"
#include "actors/domain/error.hpp"

#include <algorithm>
#include <tuple>

namespace claw {

namespace {

using kind = discord_call::kind;

/// Two calls after which only the later one shows.
bool replaces(const discord_call& later, const discord_call& earlier) {
  if (later.what != earlier.what || later.channel != earlier.channel)
    return false;
  return later.what == kind::typing || (later.what == kind::edit && later.message == earlier.message);
}

bool has_passing_trouble(const std::optional<discord_answer>& x) {
  return !x || x->status >= 500 || x->status == 408;
}

} // namespace

std::vector<uint64_t> call_lane::add(lane_call x) {
  const auto overtaken = std::any_of(waiting_.begin(), waiting_.end(), [&](const lane_call& y) {
    return x.rank == call_rank::progress && y.rank != call_rank::progress && replaces(x.call, y.call);
  });
  if (overtaken)
    return {x.number};
  std::vector<uint64_t> needless;
  std::erase_if(waiting_, [&](const lane_call& y) {
    const bool gone = y.rank == call_rank::progress && replaces(x.call, y.call);
    if (gone)
      needless.push_back(y.number);
    return gone;
  });
  waiting_.push_back(std::move(x));
  return needless;
}

const lane_call* call_lane::next() const {
  if (under_way_ || waiting_.empty())
    return nullptr;
  // A call that is sent again stays in front of whatever came after it.
  return &*std::min_element(waiting_.begin(), waiting_.end(), [](const lane_call& a, const lane_call& b) {
    return std::tuple{a.failures == 0, a.rank, a.number} < std::tuple{b.failures == 0, b.rank, b.number};
  });
}

void call_lane::begin(uint64_t number) {
  const auto at
      = std::find_if(waiting_.begin(), waiting_.end(), [=](const lane_call& x) { return x.number == number; });
  CLAW_ASSERT(!under_way_ && at != waiting_.end());
  under_way_ = std::move(*at);
  waiting_.erase(at);
}

call_end call_lane::end(const std::optional<discord_answer>& answer, time_point now, uint64_t random) {
  CLAW_ASSERT(under_way_.has_value());
  auto x = std::move(*under_way_);
  under_way_.reset();
  // A message that has been edited too often does not become young again by waiting.
  const bool limited = answer && answer->status == 429 && answer->code != discord_code::too_many_old_edits;
  if (!limited && !has_passing_trouble(answer))
    return call_end::answered;
  const bool short_lived = is_interaction_call(x.call.what) && x.call.what != kind::edit_reply;
  const auto lifetime = short_lived ? std::chrono::milliseconds{interaction_end} : std::chrono::milliseconds{tries_end};
  const bool give_up = x.rank == call_rank::progress || (!limited && now - x.since >= lifetime)
                       || (!limited && !is_repeatable(x.call)) || (short_lived && now - x.since >= lifetime);
  if (give_up)
    return limited ? call_end::answered : call_end::lost;
  ++x.failures;
  const auto pause = short_lived ? interaction_pause : backoff_with_jitter(x.failures, pause_min, pause_max, random);
  x.due = limited ? now : now + pause; // the bucket knows how long a limited one has to wait
  waiting_.push_back(std::move(x));
  return call_end::again;
}

void call_lane::drop(uint64_t number) {
  std::erase_if(waiting_, [=](const lane_call& x) { return x.number == number; });
}

std::string lane_of(const discord_call& x) {
  if (is_interaction_call(x.what))
    return "interaction " + to_string(x.interaction);
  if (x.what == kind::send || x.what == kind::edit || x.what == kind::thread)
    return "messages " + to_string(x.channel);
  return route_of(x.what) + " " + to_string(x.channel) + " " + to_string(x.user);
}

} // namespace claw
