#include "actors/runner/endpoint_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using probe_due_atom = caf::atom_constant<caf::atom("probedue")>;
using endpoint = observed<endpoint_state>;

/// Longer than a probe ever takes.
constexpr auto probe_time_max = std::chrono::seconds{30};

struct prober_state {
  static inline const char* name = "prober";
};

caf::behavior prober_actor(observed<prober_state>* self,
                           std::function<outcome<done>(const stop_token&)> probe, stop_token stop) {
  guard(self);
  return {[probe = std::move(probe), stop = std::move(stop)](const probe_order&) {
    return probe_answer{probe(stop)};
  }};
}

// -- news -----------------------------------------------------------------------------------------------------------

endpoint_news news_of(const endpoint_state& state) {
  return {state.health.is_up(), state.config.redact->whole(state.health.why())};
}

/// Whoever waits for a turn at an endpoint that does not answer is told so.
void send_away(endpoint* self) {
  auto waiting = std::exchange(self->state.waiting, {});
  for (auto& x : waiting) {
    self->demonitor(x.who);
    x.turn.deliver(turn_answer{failure{ec::unavailable, self->state.health.why()}});
  }
}

/// Does `change` to the health, and tells who wants to know when it made a difference.
template <class Change>
void judge(endpoint* self, Change change) {
  auto& state = self->state;
  const bool was_known = state.health.is_known();
  const bool was_up = state.health.is_up();
  change();
  const bool up = state.health.is_up();
  if (was_known == state.health.is_known() && was_up == up)
    return;
  const auto news = news_of(state);
  if (up)
    spdlog::info("event=endpoint_up model={}", log_value(state.config.name));
  else
    spdlog::warn("event=endpoint_down model={} why={}", log_value(state.config.name),
                 log_value(news.why));
  if (state.config.on_change)
    state.config.on_change(up);
  for (const auto& x : state.watchers)
    post(x, news);
  if (!up)
    send_away(self);
}

void next_turn(endpoint* self) {
  auto& state = self->state;
  while (!state.suspected && !state.waiting.empty()
         && state.busy.size() < state.config.requests_max) {
    auto next = std::move(state.waiting.front());
    state.waiting.pop_front();
    state.busy.push_back(next.who);
    next.turn.deliver(turn_answer{done{}});
  }
}

// -- probes ---------------------------------------------------------------------------------------------------------

void arm(endpoint* self) {
  auto& state = self->state;
  self->delayed_send(self, state.health.next_probe(state.config.random()), probe_due_atom::value,
                     ++state.timers);
}

endpoint_health::sign sign_of(const outcome<done>& x) {
  if (x)
    return endpoint_health::sign::answers;
  return x.error().code == ec::timed_out ? endpoint_health::sign::slow : endpoint_health::sign::away;
}

void on_probed(endpoint* self, const outcome<done>& x) {
  auto& state = self->state;
  state.probing = false;
  if (x)
    state.heard_at = self->clock().now();
  judge(self, [&] { state.health.probed(sign_of(x), x ? "" : x.error().why); });
  state.suspected = false;
  next_turn(self);
  arm(self);
}

void probe(endpoint* self) {
  auto& state = self->state;
  if (std::exchange(state.probing, true))
    return;
  ++state.timers;
  self->request(state.prober, probe_time_max, probe_order{})
      .then([self](const probe_answer& x) { on_probed(self, x.what); },
            [self](const caf::error&) {
              on_probed(self, failure{ec::timed_out, "the probe of the endpoint did not end"});
            });
}

void on_probe_due(endpoint* self) {
  auto& state = self->state;
  const bool heard_lately = state.health.is_up()
                            && self->clock().now() - state.heard_at < endpoint_health::watch_pause;
  if (heard_lately)
    arm(self);
  else
    probe(self);
}

// -- turns ----------------------------------------------------------------------------------------------------------

caf::result<turn_answer> on_wanted(endpoint* self) {
  auto& state = self->state;
  if (state.health.is_known() && !state.health.is_up())
    return turn_answer{failure{ec::unavailable, state.health.why()}};
  auto who = caf::actor_cast<caf::actor_addr>(self->current_sender());
  self->monitor(who);
  if (!state.suspected && state.busy.size() < state.config.requests_max) {
    state.busy.push_back(std::move(who));
    return turn_answer{done{}};
  }
  post(who, turn_waits{});
  auto turn = self->make_response_promise();
  state.waiting.push_back({std::move(who), turn});
  return turn;
}

/// @returns false when it was not its turn
bool take_back(endpoint* self, const caf::actor_addr& who) {
  auto& busy = self->state.busy;
  const auto at = std::find(busy.begin(), busy.end(), who);
  if (at == busy.end())
    return false;
  busy.erase(at);
  return true;
}

bool speaks_against(chat_error x) {
  return x == chat_error::loading || x == chat_error::server_fault || x == chat_error::timed_out;
}

void on_over(endpoint* self, const turn_over& x) {
  auto& state = self->state;
  const auto who = caf::actor_cast<caf::actor_addr>(self->current_sender());
  if (!take_back(self, who))
    return;
  self->demonitor(who);
  if (speaks_against(x.how)) {
    judge(self, [&] { state.health.faulted(x.why); });
    state.suspected = true;
    probe(self); // whether it still answers at all
  } else if (x.how != chat_error::cancelled) {
    state.heard_at = self->clock().now();
    judge(self, [&] { state.health.answered(); });
  }
  next_turn(self);
}

void on_down(endpoint* self, const caf::down_msg& x) {
  auto& state = self->state;
  if (state.prober && x.source == state.prober.address())
    return self->quit(x.reason); // it cannot be watched any more: its runner begins anew
  std::erase_if(state.waiting,
                [&](const endpoint_state::asker& asker) { return asker.who == x.source; });
  if (take_back(self, x.source))
    next_turn(self);
}

void on_watch(endpoint* self) {
  auto& state = self->state;
  state.watchers.push_back(caf::actor_cast<caf::actor_addr>(self->current_sender()));
  if (state.health.is_known())
    post(state.watchers.back(), news_of(state));
}

} // namespace

endpoint_state::~endpoint_state() {
  stop.stop();
  if (prober)
    caf::anon_send_exit(prober, caf::exit_reason::user_shutdown);
}

caf::behavior endpoint_actor(endpoint* self, endpoint_config config) {
  guard(self);
  CLAW_ASSERT(config.probe && config.redact && config.random && config.requests_max > 0);
  auto& state = self->state;
  state.config = std::move(config);
  self->set_down_handler([self](const caf::down_msg& x) { on_down(self, x); });
  state.prober = state.config.detached
                     ? self->spawn<caf::monitored + caf::detached>(
                         prober_actor, state.config.probe, state.stop.token())
                     : self->spawn<caf::monitored>(prober_actor, state.config.probe,
                                                   state.stop.token());
  probe(self);
  return {
      [self](const turn_wanted&) { return on_wanted(self); },
      [self](const turn_over& x) { on_over(self, x); },
      [self](const endpoint_watch&) { on_watch(self); },
      [self](probe_due_atom, uint64_t timer) {
        if (timer == self->state.timers)
          on_probe_due(self);
      },
  };
}

} // namespace claw
