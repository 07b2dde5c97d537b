#include "actors/runner/outbox_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using due_atom = caf::atom_constant<caf::atom("due")>;
using slow_atom = caf::atom_constant<caf::atom("slow")>;
using outbox = observed<outbox_state>;

/// Longer than the link's own limit, with a batch of progress before it.
constexpr auto delivery_time_max = std::chrono::seconds{90};

/// A broker that takes longer is in trouble, and this runner may be killed before the answer.
constexpr auto keep_after = std::chrono::seconds{1};

void try_next(outbox* self);

delivery_end end_of(const outcome<done>& x) {
  if (x)
    return delivery_end::accepted;
  const auto code = x.error().code;
  // Not a bad token: an operator mends it, and finished work must outlive the mistake.
  const bool final = code == ec::no_such_job || code == ec::lease_lost || code == ec::refused || code == ec::bad_request
                     || code == ec::body_too_large;
  return final ? delivery_end::denied : delivery_end::failed;
}

void keep(outbox* self, const delivery& x) {
  if (x.kept)
    return;
  const auto kept = self->state.config.store->keep(x.report);
  if (kept)
    self->state.queue.mark_kept(x.number);
  else
    spdlog::error("event=report_not_kept job_id={} ec={} why={}", log_value(x.report.job_id),
                  to_string(kept.error().code), log_value(kept.error().why));
}

void forget(outbox* self, const delivery& x) {
  if (!x.kept)
    return;
  if (const auto dropped = self->state.config.store->drop(x.report); !dropped)
    spdlog::error("event=report_not_removed job_id={} why={}", log_value(x.report.job_id),
                  log_value(dropped.error().why));
}

void lose(outbox* self, const std::vector<delivery>& gone, const char* why) {
  for (const auto& x : gone) {
    spdlog::error("event=report_dropped job_id={} lease_id={} bytes={} why=\"{}\"",
                  log_value(x.report.job_id), log_value(x.report.lease_id), x.report.text.size(),
                  why);
    forget(self, x);
  }
}

void finish_flush(outbox* self) {
  auto& state = self->state;
  if (state.flushing && !state.in_flight && state.flushed.pending())
    state.flushed.deliver(done_answer{done{}});
}

void tell_clearing(outbox* self, const outcome<done>& how) {
  for (auto& x : std::exchange(self->state.clearing, {}))
    x.deliver(done_answer{how});
}

void finish_clearing(outbox* self) {
  if (self->state.queue.all().empty())
    tell_clearing(self, done{});
}

void add(outbox* self, const run_report& x) {
  lose(self, self->state.queue.add(x, self->clock().now(), false), "too many wait");
}

void on_answer(outbox* self, uint64_t number, const run_report& report, const outcome<done>& x) {
  auto& state = self->state;
  state.in_flight = false;
  const auto end = end_of(x);
  if (end == delivery_end::accepted)
    spdlog::info("event=report_delivered job_id={} lease_id={}", log_value(report.job_id),
                 log_value(report.lease_id));
  else
    spdlog::warn("event={} job_id={} lease_id={} ec={} why={}",
                 end == delivery_end::denied ? "report_denied" : "report_delayed",
                 log_value(report.job_id), log_value(report.lease_id), to_string(x.error().code),
                 log_value(x.error().why));
  if (end == delivery_end::failed)
    for (const auto& waiting : state.queue.all())
      keep(self, waiting);
  if (const auto gone = state.queue.after(number, end, self->clock().now(), state.config.random()))
    forget(self, *gone);
  if (!x && x.error().code == ec::body_too_large && report.what == run_report::kind::result)
    add(self, failure_instead_of(report));
  if (end == delivery_end::failed)
    tell_clearing(self, x);
  if (state.flushing && end == delivery_end::failed)
    finish_flush(self); // the broker is away; all is on disk
  else
    try_next(self);
}

void arm(outbox* self) {
  const auto due = self->state.queue.due();
  if (due)
    self->scheduled_send(self, *due, due_atom::value, ++self->state.timers);
}

void try_next(outbox* self) {
  auto& state = self->state;
  if (state.in_flight)
    return;
  lose(self, state.queue.expire(state.config.wall_s()), "it is too old");
  finish_clearing(self);
  const auto* next = state.queue.next(self->clock().now());
  if (next == nullptr) {
    finish_flush(self);
    arm(self);
    return;
  }
  state.in_flight = true;
  self->delayed_send(self, keep_after, slow_atom::value, next->number);
  self->request(state.config.link, delivery_time_max, report_order{next->report})
      .then([self, number = next->number, report = next->report](
                const done_answer& x) { on_answer(self, number, report, x.what); },
            [self, number = next->number, report = next->report](const caf::error&) {
              on_answer(self, number, report, failure{ec::unreachable, "no answer from the link"});
            });
}

void on_report(outbox* self, const run_report& x) {
  add(self, x);
  try_next(self);
}

caf::result<done_answer> on_flush(outbox* self) {
  auto& state = self->state;
  for (const auto& x : state.queue.all())
    keep(self, x);
  state.flushing = true;
  state.flushed = self->make_response_promise();
  state.queue.hurry(self->clock().now());
  auto promise = state.flushed;
  try_next(self);
  return promise;
}

caf::result<done_answer> on_clear(outbox* self) {
  auto promise = self->make_response_promise();
  self->state.clearing.push_back(promise);
  finish_clearing(self);
  return promise;
}

void on_slow(outbox* self, uint64_t number) {
  const auto& all = self->state.queue.all();
  const auto at = std::find_if(all.begin(), all.end(),
                               [=](const delivery& x) { return x.number == number; });
  if (at != all.end())
    keep(self, *at);
}

void load(outbox* self) {
  auto& config = self->state.config;
  auto kept = config.store->load();
  if (!kept) {
    spdlog::error("event=outbox_unreadable why={}", log_value(kept.error().why));
    return;
  }
  if (!kept->empty())
    spdlog::info("event=outbox_loaded reports={}", kept->size());
  for (auto& x : *kept)
    lose(self, self->state.queue.add(std::move(x), self->clock().now(), true), "too many wait");
}

} // namespace

caf::behavior outbox_actor(outbox* self, outbox_config config) {
  guard(self);
  self->state.config = std::move(config);
  load(self);
  self->send(self, due_atom::value, self->state.timers);
  return {
      [self](const run_report& x) { on_report(self, x); },
      [self](const outbox_clear&) { return on_clear(self); },
      [self](const outbox_flush&) { return on_flush(self); },
      [self](slow_atom, uint64_t number) { on_slow(self, number); },
      [self](due_atom, uint64_t timer) {
        if (timer == self->state.timers)
          try_next(self);
      },
  };
}

} // namespace claw
