#include "actors/runner/claim_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/runner/lease_keeper_actor.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using claim_atom = caf::atom_constant<caf::atom("claim")>;
using overdue_atom = caf::atom_constant<caf::atom("overdue")>;
using lost_atom = caf::atom_constant<caf::atom("lost")>;
using news_late_atom = caf::atom_constant<caf::atom("newslate")>;
using foreman = observed<claim_state>;

/// Longer than the first probe of an endpoint takes.
constexpr auto first_news_max = std::chrono::seconds{5};

/// Work that is lost may go on so long. After a sleep of this machine the model's answer lies here unread when the
/// news comes that the lease has ended; if nobody has claimed the job since, the broker takes its result late.
constexpr auto last_words_max = std::chrono::milliseconds{100};

/// On top of a link's own limit.
constexpr auto link_margin = std::chrono::seconds{30};

/// Longer than the outbox ever waits between two tries, with a slow one on top.
constexpr auto clear_time_max = std::chrono::seconds{180};

void next_claim(foreman* self, std::chrono::milliseconds pause);
void on_claim(foreman* self);

auto slot_of(claim_state& state, const job_hold& hold) {
  return std::find_if(state.slots.begin(), state.slots.end(),
                      [&](const run_slot& x) { return x.hold == hold; });
}

// -- ends of a job -------------------------------------------------------------------------------------------------

void finish_stop(foreman* self) {
  auto& state = self->state;
  if (state.stopping && state.slots.empty() && state.closing == 0 && state.stopped.pending())
    state.stopped.deliver(done_answer{done{}});
}

/// One end of a job is said. A claim that waited until all are is made now.
void finish_closing(foreman* self) {
  auto& state = self->state;
  --state.closing;
  if (state.closing == 0 && std::exchange(state.claim_waits, false))
    on_claim(self);
  finish_stop(self);
}

/// The last progress of a job goes out first, its checkpoint in it; then `say` says how the job ended.
template <class Say>
void after_flush(foreman* self, const job_hold& hold, Say say) {
  ++self->state.closing;
  const auto go_on = [self, say] {
    say();
    finish_closing(self);
  };
  self->request(self->state.config.progress, link_margin, progress_flush{hold})
      .then([go_on](const done_answer&) { go_on(); }, [go_on](const caf::error&) { go_on(); });
}

void report(foreman* self, const job_hold& hold, run_report::kind what, std::string text) {
  const auto& config = self->state.config;
  spdlog::info("event=job_finished job_id={} lease_id={} kind={} bytes={}", log_value(hold.job_id),
               log_value(hold.lease_id), what == run_report::kind::result ? "result" : "failure",
               text.size());
  run_report x;
  x.job_id = hold.job_id;
  x.lease_id = hold.lease_id;
  x.worker_id = config.worker_id;
  x.what = what;
  x.text = std::move(text);
  x.made_at_s = config.wall_s();
  after_flush(self, hold, [self, x] { caf::anon_send(self->state.config.outbox, x); });
}

void ask_release(foreman* self, const job_hold& hold) {
  ++self->state.closing;
  const auto ended = [self, hold](const char* how) {
    spdlog::info("event=job_released job_id={} how={}", log_value(hold.job_id), how);
    finish_closing(self);
  };
  self->request(self->state.config.reports, link_margin, release_order{hold})
      .then([ended](const done_answer& x) { ended(x.what ? "told" : "lease_runs_out"); },
            [ended](const caf::error&) { ended("lease_runs_out"); });
}

void release(foreman* self, const job_hold& hold) {
  after_flush(self, hold, [self, hold] { ask_release(self, hold); });
}

void drop_work(foreman* self, const job_hold& hold) {
  after_flush(self, hold, [hold] {
    spdlog::warn("event=work_dropped job_id={} why=\"the lease is lost\"", log_value(hold.job_id));
  });
}

void free_slot(foreman* self, std::vector<run_slot>::iterator at) {
  self->send_exit(at->keeper, caf::exit_reason::user_shutdown);
  self->demonitor(at->run);
  self->state.slots.erase(at);
  next_claim(self, std::chrono::milliseconds{0});
}

void on_outcome(foreman* self, const run_outcome& x) {
  auto& state = self->state;
  const auto at = slot_of(state, {x.job_id, x.lease_id});
  if (at == state.slots.end())
    return; // the job was given back meanwhile
  const auto hold = at->hold;
  const auto cause = at->cause;
  if (cause == stop_cause::lease_lost)
    drop_work(self, hold);
  else if (x.what == run_outcome::kind::result)
    report(self, hold, run_report::kind::result, x.text);
  else if (x.what == run_outcome::kind::failure)
    report(self, hold, run_report::kind::failure, x.text);
  else if (cause == stop_cause::shutdown)
    release(self, hold);
  else
    report(self, hold, run_report::kind::failure, "cancelled");
  free_slot(self, slot_of(state, hold));
  finish_stop(self);
}

void on_down(foreman* self, const caf::down_msg& x) {
  auto& state = self->state;
  const auto at = std::find_if(state.slots.begin(), state.slots.end(), [&](const run_slot& slot) {
    return slot.run.address() == x.source;
  });
  if (at == state.slots.end())
    return; // it had reported
  spdlog::error("event=run_crashed job_id={} why={}", log_value(at->hold.job_id),
                log_value(self->system().render(x.reason)));
  if (at->cause == stop_cause::lease_lost)
    drop_work(self, at->hold);
  else
    report(self, at->hold, run_report::kind::failure,
           "the runner failed while working on this job");
  free_slot(self, at);
  finish_stop(self);
}

/// Sent under our own name: progress tells us when the broker asks for a cancel.
void on_progress(foreman* self, const run_progress& x) {
  if (slot_of(self->state, {x.job_id, x.lease_id}) != self->state.slots.end())
    self->send(self->state.config.progress, x);
}

void on_checkpoint(foreman* self, const checkpoint_settled& x) {
  if (const auto at = slot_of(self->state, {x.job_id, x.lease_id}); at != self->state.slots.end())
    caf::anon_send(at->run, x);
}

void end_run(foreman* self, const job_hold& hold, stop_cause cause, const std::string& why) {
  const auto at = slot_of(self->state, hold);
  if (at == self->state.slots.end())
    return;
  if (at->cause == stop_cause::none || cause == stop_cause::lease_lost)
    at->cause = cause; // a lost lease outweighs the other reasons: then nothing may be said
  spdlog::info("event=run_stopped job_id={} why={}", log_value(hold.job_id), log_value(why));
  caf::anon_send(at->run, run_cancel{why});
}

/// How the job ended may still be said until then: whether it counts is for the broker to decide.
void on_lease_gone(foreman* self, const lease_gone& x) {
  const auto at = slot_of(self->state, x.hold);
  if (at == self->state.slots.end())
    return;
  if (at->cause == stop_cause::none)
    self->delayed_send(self, last_words_max, lost_atom::value, x);
  else
    end_run(self, x.hold, stop_cause::lease_lost, x.why);
}

// -- claiming ------------------------------------------------------------------------------------------------------

void start(foreman* self, const remote_job& job) {
  auto& state = self->state;
  const job_hold hold{job.id, job.lease_id};
  spdlog::info("event=job_claimed job_id={} attempt={} worker_id={} command={} lease_id={}",
               log_value(job.id), job.attempt, log_value(state.config.worker_id),
               log_value(job.command), log_value(job.lease_id));
  const auto& known = state.config.commands;
  if (std::find(known.begin(), known.end(), job.command) == known.end()) {
    report(self, hold, run_report::kind::failure,
           "this worker does not know the command " + log_value(job.command));
    return;
  }
  if (slot_of(state, hold) != state.slots.end())
    return; // an old broker gave us again what we still work on: the run under way will answer for it
  run_slot slot;
  slot.hold = hold;
  slot.run = state.config.start_run(self, job);
  self->monitor(slot.run);
  slot.keeper = self->spawn(lease_keeper_actor,
                            lease_keeper_config{state.config.renewals, state.config.asks,
                                                self->address(), hold,
                                                lease_term_of(job.started_s, job.lease_until_s)});
  state.slots.push_back(std::move(slot));
}

claim_end end_of(const outcome<std::optional<remote_job>>& x) {
  if (x)
    return *x ? claim_end::granted : claim_end::nothing;
  const auto code = x.error().code;
  return code == ec::bad_token || code == ec::refused ? claim_end::denied : claim_end::failed;
}

void on_claimed(foreman* self, std::chrono::steady_clock::time_point asked_at,
                const outcome<std::optional<remote_job>>& x) {
  auto& state = self->state;
  state.claiming = false;
  if (state.stopping) {
    if (x && *x)
      release(self, {(**x).id, (**x).lease_id});
    return;
  }
  if (!x && x.error().code == ec::cancelled) // what we can do has changed meanwhile
    return next_claim(self, std::chrono::milliseconds{0});
  const auto held
      = std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - asked_at);
  const auto end = end_of(x);
  const auto pause = state.pace.after(end, state.config.wait, held, state.config.random());
  if (end == claim_end::granted)
    start(self, **x);
  if (!x)
    spdlog::warn("event=claim_failed ec={} pause_ms={} why={}", to_string(x.error().code),
                 pause.count(), log_value(x.error().why));
  next_claim(self, pause);
}

/// The model's caps are told only while its endpoint answers.
caps advertised(const claim_state& state) {
  const auto& all = state.config.caps;
  if (!state.config.endpoint || (state.model && state.model->answers))
    return all;
  auto names = all.names();
  std::erase_if(names, [](const std::string& x) { return is_model_cap(x); });
  return caps{std::move(names)};
}

std::string notes_of(const claim_state& state) {
  const auto missing = advertised(state).missing_from(state.config.caps);
  if (missing.empty())
    return "";
  return to_string(missing) + " withdrawn: " + (state.model ? state.model->why : "not probed yet");
}

void ask_for_job(foreman* self) {
  auto& state = self->state;
  if (state.stopping) {
    state.claiming = false;
    return;
  }
  const auto asked_at = self->clock().now();
  state.held = stop_source{};
  claim_order order{state.config.wait, advertised(state), notes_of(state), state.held.token()};
  self->request(state.config.claims, state.config.wait + link_margin, std::move(order))
      .then([=](const claim_answer& x) { on_claimed(self, asked_at, x.what); },
            [=](const caf::error&) {
              on_claimed(self, asked_at, failure{ec::unreachable, "no answer from the link"});
            });
}

/// How jobs ended reaches the broker before it is asked for the next: a lease may have run out unnoticed (this machine
/// slept), and the job would come back to us, its result lying here.
void on_claim(foreman* self) {
  auto& state = self->state;
  if (state.closing > 0) {
    state.claim_waits = true;
    return;
  }
  if (state.stopping || !state.pace.delivers_first())
    return ask_for_job(self);
  const auto go_on = [self](bool cleared) {
    self->state.pace.after_delivery(cleared);
    if (cleared)
      ask_for_job(self);
    else
      on_claim(self); // the outbox sets the pace of the tries
  };
  self->request(state.config.outbox, clear_time_max, outbox_clear{})
      .then([go_on](const done_answer& x) { go_on(x.what.ok()); },
            [go_on](const caf::error&) { go_on(false); });
}

/// The first claim waits for the first news, so that it says what is true; a claim that is held meanwhile is cut.
void on_news(foreman* self, const endpoint_news& x) {
  auto& state = self->state;
  const bool first = !state.model;
  const auto before = advertised(state);
  state.model = x;
  if (first)
    next_claim(self, std::chrono::milliseconds{0});
  else if (advertised(state) != before)
    state.held.stop();
}

/// Claims again after a pause, unless a claim is under way or no slot is free.
void next_claim(foreman* self, std::chrono::milliseconds pause) {
  auto& state = self->state;
  if (state.claiming || state.stopping || state.slots.size() >= state.config.slots)
    return;
  state.claiming = true;
  if (pause == std::chrono::milliseconds{0})
    self->send(self, claim_atom::value);
  else
    self->delayed_send(self, pause, claim_atom::value);
}

// -- stopping ------------------------------------------------------------------------------------------------------

caf::result<done_answer> on_stop(foreman* self) {
  auto& state = self->state;
  state.stopping = true;
  state.held.stop();
  state.stopped = self->make_response_promise();
  for (const auto& slot : std::vector<run_slot>{state.slots})
    end_run(self, slot.hold, stop_cause::shutdown, "the runner is shutting down");
  self->delayed_send(self, state.config.stop_time_max, overdue_atom::value);
  auto promise = state.stopped;
  finish_stop(self);
  return promise;
}

/// A run that does not end in time is left behind; its job goes back.
void on_overdue(foreman* self) {
  while (!self->state.slots.empty()) {
    const auto at = self->state.slots.begin();
    if (at->cause != stop_cause::lease_lost)
      release(self, at->hold);
    free_slot(self, at);
  }
  finish_stop(self);
}

} // namespace

claim_state::~claim_state() {
  held.stop();
  for (auto& slot : slots)
    caf::anon_send_exit(slot.run, caf::exit_reason::user_shutdown);
}

caf::behavior claim_actor(foreman* self, claim_config config) {
  guard(self);
  CLAW_ASSERT(config.slots > 0);
  self->state.pace.poll_interval = config.poll_interval;
  self->state.config = std::move(config);
  self->set_down_handler([self](const caf::down_msg& x) { on_down(self, x); });
  if (self->state.config.endpoint) {
    self->send(self->state.config.endpoint, endpoint_watch{});
    self->delayed_send(self, first_news_max, news_late_atom::value);
  } else {
    next_claim(self, std::chrono::milliseconds{0});
  }
  return {
      [self](claim_atom) { on_claim(self); },
      [self](const run_outcome& x) { on_outcome(self, x); },
      [self](const run_progress& x) { on_progress(self, x); },
      [self](const checkpoint_settled& x) { on_checkpoint(self, x); },
      [self](const lease_gone& x) { on_lease_gone(self, x); },
      [self](lost_atom, const lease_gone& x) { end_run(self, x.hold, stop_cause::lease_lost, x.why); },
      [self](const cancel_asked& x) { end_run(self, x.hold, stop_cause::cancelled, "cancelled"); },
      [self](const endpoint_news& x) { on_news(self, x); },
      [self](news_late_atom) {
        if (!self->state.model)
          on_news(self, {false, "the endpoint has not answered yet"});
      },
      [self](const pulse_question&) {
        return pulse_answer{static_cast<uint32_t>(self->state.slots.size()), self->state.config.slots};
      },
      [self](const stop_order&) { return on_stop(self); },
      [self](overdue_atom) { on_overdue(self); },
  };
}

} // namespace claw
