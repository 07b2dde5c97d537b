#include "actors/runner/job_run_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/runner/command_actor.hpp"
#include "actors/runner/llm_run_actor.hpp"
#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using self_ptr = observed<job_run_state>*;
using overdue_atom = caf::atom_constant<caf::atom("overdue")>;

/// What is kept of a job's time to hand its result over.
std::chrono::milliseconds handover(std::chrono::milliseconds job_time) {
  return std::min<std::chrono::milliseconds>(std::chrono::seconds{2}, job_time / 5);
}

void report(self_ptr self, run_outcome::kind what, const std::string& text) {
  auto& state = self->state;
  if (std::exchange(state.reported, true))
    return;
  const auto& config = *state.config;
  auto shown = what == run_outcome::kind::result ? config.tasks->redacted(text) : config.redact->whole(text);
  post(state.parent, run_outcome{state.job.id, state.job.lease_id, what, std::move(shown)});
  self->quit();
}

void on_ended(self_ptr self, const outcome<std::string>& result) {
  if (result)
    report(self, run_outcome::kind::result, *result);
  else if (result.error().code == ec::cancelled)
    report(self, run_outcome::kind::cancelled, result.error().why);
  else
    report(self, run_outcome::kind::failure, result.error().why);
}

void on_cancel(self_ptr self, const run_cancel& x) {
  if (self->state.child)
    caf::anon_send(self->state.child, x);
  report(self, run_outcome::kind::cancelled, x.why);
}

void on_overdue(self_ptr self) {
  const auto limit = self->state.config->job_time_max.count();
  report(self, run_outcome::kind::failure, "job timed out after " + std::to_string(limit) + "s");
}

void on_down(self_ptr self, const caf::down_msg& x) {
  auto& state = self->state;
  if (x.source == state.parent)
    return self->quit();
  if (!x.reason || !state.child || state.child.address() != x.source)
    return;
  const auto why = self->system().render(x.reason);
  spdlog::error("event=job_run_crashed job_id={} worker_id={} command={} why={}", state.job.id,
                state.config->worker_id, log_value(state.job.command), log_value(why));
  report(self, run_outcome::kind::failure, "the worker failed inside: " + why);
}

void start(self_ptr self) {
  auto& state = self->state;
  const auto& config = state.config;
  const auto deadline = self->clock().now() + config->job_time_max;
  self->delayed_send(self, config->job_time_max, overdue_atom::value);
  if (state.job.command == "llm_task") {
    llm_order order{state.job, deadline - handover(config->job_time_max)};
    state.child
        = self->spawn<caf::monitored>(llm_run_actor, config, std::move(order), self->address());
    return;
  }
  command_order order{state.job.id, state.job.command, state.job.payload,
                      deadline - handover(config->job_time_max), state.stop.token()};
  state.child
      = config->detached
            ? self->spawn<caf::monitored + caf::detached>(command_actor, config, std::move(order),
                                                          self->address())
            : self->spawn<caf::monitored>(command_actor, config, std::move(order), self->address());
}

} // namespace

job_run_state::~job_run_state() {
  stop.stop();
}

caf::behavior job_run_actor(observed<job_run_state>* self, run_config_ptr config,
                            remote_job job, caf::actor_addr parent) {
  guard(self);
  auto& state = self->state;
  state.config = std::move(config);
  state.job = std::move(job);
  state.parent = std::move(parent);
  if (const auto watched = caf::actor_cast<caf::actor>(state.parent))
    self->monitor(watched);
  self->set_down_handler([self](const caf::down_msg& x) { on_down(self, x); });
  start(self);
  return {
      [=](const llm_ended& x) { on_ended(self, x.result); },
      [=](const command_ended& x) { on_ended(self, x.result); },
      [=](const run_progress& x) { post(self->state.parent, x); },
      [=](const checkpoint_settled& x) {
        if (self->state.child)
          caf::anon_send(self->state.child, x);
      },
      [=](const run_cancel& x) { on_cancel(self, x); },
      [=](overdue_atom) { on_overdue(self); },
  };
}

} // namespace claw
