#include "actors/bot/discord_rest_actor.hpp"

#include "actors/domain/gateway_close.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <optional>

namespace claw {

namespace {

using due_atom = caf::atom_constant<caf::atom("due")>;
using rest = observed<discord_rest_state>;

constexpr auto link_time_max = std::chrono::seconds{90}; ///< longer than any call's own limit

void pump(rest* self);

void redact(const discord_rest_config& config, discord_call& x) {
  auto& out = x.message_out;
  out.content = config.redact(out.content);
  if (out.file)
    out.file->bytes = config.redact(out.file->bytes);
  x.name = config.redact(x.name);
}

void answer(discord_rest_state& state, uint64_t number, outcome<discord_answer> x) {
  const auto at = state.askers.find(number);
  if (at == state.askers.end())
    return;
  at->second.deliver(told<discord_answer>{std::move(x)});
  state.askers.erase(at);
}

void log_answer(const discord_call& call, const std::optional<discord_answer>& x, const std::string& why) {
  if (x && x->ok())
    return spdlog::debug("event=discord_called route={} channel={} status={}", log_value(route_of(call.what)),
                         to_string(call.channel), x->status);
  if (x && x->status == 429)
    return spdlog::info("event=discord_limited route={} channel={} global={} bucket={} wait_ms={}",
                        log_value(route_of(call.what)), to_string(call.channel), x->rate.global,
                        log_value(x->rate.bucket), x->rate.retry_after.value_or(std::chrono::milliseconds{0}).count());
  spdlog::warn("event=discord_refused route={} channel={} status={} code={} why={}", log_value(route_of(call.what)),
               to_string(call.channel), x ? x->status : 0, x ? x->code : 0, log_value(x ? x->trouble : why));
}

void on_performed(rest* self, std::size_t link, const std::string& lane_name, const outcome<discord_answer>& x) {
  auto& state = self->state;
  state.busy[link] = false;
  auto& lane = state.lanes.at(lane_name);
  const auto call = lane.under_way()->call;
  const auto number = lane.under_way()->number;
  const auto now = self->clock().now();
  const auto got = x ? std::optional{*x} : std::nullopt;
  log_answer(call, got, x ? std::string{} : x.error().why);
  if (got)
    state.buckets.answered(call, *got, now);
  if (got && got->status == 401 && !is_interaction_call(call.what))
    state.config.on_give_up(fatal_sentence(4004));
  switch (lane.end(got, now, state.config.random())) {
  case call_end::answered:
    answer(state, number, *got);
    break;
  case call_end::lost:
    answer(state, number,
           got ? failure{ec::unreachable, "Discord answered " + std::to_string(got->status)} : x.error());
    break;
  case call_end::again:
    break;
  }
  pump(self);
}

/// The first link takes only what somebody at Discord waits three seconds for; that may take any link.
std::optional<std::size_t> free_link(const discord_rest_state& state, const discord_call& x) {
  for (std::size_t i = is_interaction_call(x.what) ? 0 : 1; i < state.busy.size(); ++i)
    if (!state.busy[i])
      return i;
  return std::nullopt;
}

void send(rest* self, const std::string& lane_name, call_lane& lane, std::size_t link) {
  auto& state = self->state;
  const auto call = lane.next()->call;
  lane.begin(lane.next()->number);
  state.busy[link] = true;
  state.buckets.sent(call, self->clock().now());
  self->request(state.config.links[link], link_time_max, perform_call{call})
      .then([self, link, lane_name](const told<discord_answer>& x) { on_performed(self, link, lane_name, x.what); },
            [self, link, lane_name](const caf::error&) {
              on_performed(self, link, lane_name, failure{ec::unreachable, "no answer from the link"});
            });
}

discord_answer refused_before() {
  discord_answer x;
  x.status = 403;
  x.code = discord_code::missing_permission;
  x.trouble = "refused a short while ago";
  return x;
}

/// Sends what may go out now. @returns how long until the lane's next call may go out, where it only has to wait
std::optional<std::chrono::milliseconds> try_lane(rest* self, const std::string& name, call_lane& lane) {
  auto& state = self->state;
  const auto now = self->clock().now();
  const auto* next = lane.next();
  while (next != nullptr && state.buckets.is_refused(next->call, now)) {
    answer(state, next->number, refused_before());
    lane.drop(next->number);
    next = lane.next();
  }
  if (next == nullptr)
    return std::nullopt;
  const auto due
      = std::max(std::chrono::milliseconds{0}, std::chrono::ceil<std::chrono::milliseconds>(next->due - now));
  const auto wait = std::max(due, state.buckets.wait(next->call, now, next->rank == call_rank::progress ? 1 : 0));
  if (wait.count() > 0)
    return wait;
  if (const auto link = free_link(state, next->call))
    send(self, name, lane, *link);
  return std::nullopt;
}

void pump(rest* self) {
  auto& state = self->state;
  std::optional<std::chrono::milliseconds> soonest;
  for (auto& [name, lane] : state.lanes)
    if (const auto wait = try_lane(self, name, lane); wait && (!soonest || *wait < *soonest))
      soonest = wait;
  std::erase_if(state.lanes, [](const auto& x) { return x.second.idle(); });
  if (soonest)
    self->delayed_send(self, *soonest, due_atom::value, ++state.timers);
}

caf::result<told<discord_answer>> on_ask(rest* self, const ask_discord& x) {
  auto& state = self->state;
  auto promise = self->make_response_promise();
  lane_call added{++state.last_number, x.call, x.rank, self->clock().now(), {}, 0};
  redact(state.config, added.call);
  state.askers[added.number] = promise;
  const auto name = lane_of(x.call);
  for (const auto needless : state.lanes[name].add(std::move(added)))
    answer(state, needless, failure{ec::cancelled, "something newer takes its place"});
  pump(self);
  return promise;
}

} // namespace

caf::behavior discord_rest_actor(rest* self, discord_rest_config config) {
  guard(self);
  CLAW_ASSERT(config.links.size() >= 2 && config.redact && config.random && config.on_give_up);
  self->state.busy.resize(config.links.size());
  self->state.config = std::move(config);
  return {
      [self](const ask_discord& x) { return on_ask(self, x); },
      [self](due_atom, uint64_t timer) {
        if (timer == self->state.timers)
          pump(self);
      },
  };
}

} // namespace claw
