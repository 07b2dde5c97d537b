#include "actors/runner/lease_keeper_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

namespace claw {

namespace {

using ask_atom = caf::atom_constant<caf::atom("ask")>;
using renew_atom = caf::atom_constant<caf::atom("renew")>;
using keeper = observed<lease_keeper_state>;

/// Between two questions whether the job is still wanted.
constexpr auto ask_pause = std::chrono::milliseconds{500};

/// Longer than the link's own limit: it answers first, except when it is gone.
constexpr auto renewal_time_max = std::chrono::seconds{30};

renewal_end end_of(const outcome<worker_api::renewed>& x) {
  if (x)
    return x->supported ? renewal_end::renewed : renewal_end::unsupported;
  const bool taken = x.error().code == ec::lease_lost || x.error().code == ec::no_such_job;
  return taken ? renewal_end::taken : renewal_end::failed;
}

void tell_cancel(keeper* self) {
  if (!std::exchange(self->state.cancel_told, true))
    post(self->state.config.parent, cancel_asked{self->state.config.hold});
}

void on_asked(keeper* self, const outcome<worker_api::reported>& x) {
  auto& state = self->state;
  if (x && !x->supported)
    return; // an old broker: it has no cancel
  if (x && x->cancel)
    return tell_cancel(self);
  if (!x && (x.error().code == ec::lease_lost || x.error().code == ec::no_such_job))
    return post(state.config.parent, lease_gone{state.config.hold, x.error().why});
  self->delayed_send(self, ask_pause, ask_atom::value);
}

void on_ask(keeper* self) {
  self->request(self->state.config.asks, renewal_time_max, ask_order{self->state.config.hold})
      .then([=](const events_answer& x) { on_asked(self, x.what); },
            [=](const caf::error&) {
              on_asked(self, failure{ec::unreachable, "no answer from the link"});
            });
}

void on_renewed(keeper* self, lease_watch::time_point asked_at,
                const outcome<worker_api::renewed>& x) {
  auto& state = self->state;
  const auto& hold = state.config.hold;
  if (x && x->cancel)
    tell_cancel(self);
  const auto next = state.watch.after(end_of(x), asked_at, self->clock().now());
  switch (next.what) {
  case lease_watch::verdict::go_on:
    if (!x)
      spdlog::warn("event=renewal_failed job_id={} ec={} why={}", log_value(hold.job_id),
                   to_string(x.error().code), log_value(x.error().why));
    self->delayed_send(self, next.pause, renew_atom::value);
    return;
  case lease_watch::verdict::quiet:
    return;
  case lease_watch::verdict::lost:
    post(state.config.parent, lease_gone{hold, x ? "the lease ran out" : x.error().why});
    return;
  }
}

void on_renew(keeper* self) {
  const auto asked_at = self->clock().now();
  self->request(self->state.config.link, renewal_time_max, renew_order{self->state.config.hold})
      .then([=](const renew_answer& x) { on_renewed(self, asked_at, x.what); },
            [=](const caf::error&) {
              on_renewed(self, asked_at, failure{ec::unreachable, "no answer from the link"});
            });
}

} // namespace

caf::behavior lease_keeper_actor(keeper* self, lease_keeper_config config) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  if (const auto parent = caf::actor_cast<caf::actor>(config.parent))
    self->monitor(parent);
  auto& state = self->state;
  state.watch.term = config.term;
  state.watch.renewed_at = self->clock().now();
  state.config = std::move(config);
  self->delayed_send(self, state.watch.interval(), renew_atom::value);
  self->delayed_send(self, ask_pause, ask_atom::value);
  return {
      [self](renew_atom) { on_renew(self); },
      [self](ask_atom) { on_ask(self); },
  };
}

} // namespace claw
