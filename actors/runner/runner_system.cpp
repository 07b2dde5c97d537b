#include "actors/runner/runner_system.hpp"

#include "actors/runner/broker_link_actor.hpp"
#include "actors/runner/claim_actor.hpp"
#include "actors/runner/job_run_actor.hpp"
#include "actors/runner/outbox_actor.hpp"
#include "actors/runner/progress_actor.hpp"
#include "actors/shared/guard.hpp"

namespace claw {

namespace {

constexpr auto runner_stop_time_max = std::chrono::seconds{8};

/// The supervisor. A runner holds nothing that its broker could not give out again, so when a part of it crashes the
/// program ends and begins anew: its new boot id frees the jobs at once.
struct runner_root_state {
  caf::actor claim;
  caf::actor outbox;
  std::vector<caf::actor> parts; ///< all of them
  bool stopping = false;

  ~runner_root_state() {
    for (const auto& x : parts)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }

  actor_facts facts() const { return {counted("parts", parts.size()), {"stopping", stopping}}; }

  static inline const char* name = "runner";
};

using runner_root = observed<runner_root_state>;

template <class F, class... Ts>
caf::actor start_part(runner_root* self, bool detached, F behavior, Ts&&... xs) {
  auto part = detached
                  ? self->spawn<caf::monitored + caf::detached>(behavior, std::forward<Ts>(xs)...)
                  : self->spawn<caf::monitored>(behavior, std::forward<Ts>(xs)...);
  self->state.parts.push_back(part);
  return part;
}

/// A part that was made before the runner, since the work on jobs holds it too.
void adopt(runner_root* self, const caf::actor& part) {
  if (!part)
    return;
  self->monitor(part);
  self->adopt(part);
  self->state.parts.push_back(part);
}

void start_parts(runner_root* self, const runner_system_config& config, const runner_world& world) {
  const auto link
      = [&] { return start_part(self, config.detached, broker_link_actor, world.connect(), config.me); };
  adopt(self, world.endpoint);
  adopt(self, world.transcripts);
  claim_config claim;
  claim.start_run = world.start_run;
  claim.claims = link();
  claim.renewals = link();
  claim.asks = link();
  claim.reports = link();
  claim.progress
      = start_part(self, false, progress_actor, progress_config{claim.reports, world.codec});
  claim.outbox = start_part(self, config.detached, outbox_actor,
                            outbox_config{claim.reports, world.outbox, world.wall_s, world.random});
  claim.endpoint = world.endpoint;
  claim.worker_id = config.me.worker_id;
  claim.caps = config.me.caps;
  claim.commands = config.commands;
  claim.slots = config.slots;
  claim.wait = config.claim_wait;
  claim.poll_interval = config.poll_interval;
  claim.wall_s = world.wall_s;
  claim.random = world.random;
  self->state.outbox = claim.outbox;
  self->state.claim = start_part(self, false, claim_actor, std::move(claim));
}

caf::result<done_answer> on_stop(runner_root* self) {
  self->state.stopping = true;
  auto promise = self->make_response_promise();
  auto flush = [self, promise]() mutable {
    self->request(self->state.outbox, runner_stop_time_max, outbox_flush{})
        .then([promise](const done_answer& x) mutable { promise.deliver(x); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  };
  self->request(self->state.claim, runner_stop_time_max, stop_order{})
      .then([flush](const done_answer&) mutable { flush(); },
            [flush](const caf::error&) mutable { flush(); });
  return promise;
}

caf::behavior runner_root_actor(runner_root* self, runner_system_config config, runner_world world) {
  guard(self);
  self->set_down_handler([self, give_up = world.on_give_up](const caf::down_msg& x) {
    spdlog::error("event=part_crashed why={}", log_value(self->system().render(x.reason)));
    if (!self->state.stopping)
      give_up();
  });
  start_parts(self, config, world);
  return {
      [self](const stop_order&) { return on_stop(self); },
      [self](const pulse_question& x) { return self->delegate(self->state.claim, x); },
  };
}

} // namespace

runner_system::runner_system(caf::actor_system& system, runner_system_config config,
                             runner_world world)
    : system_(system) {
  CLAW_ASSERT(world.connect && world.outbox && world.codec && world.start_run);
  CLAW_ASSERT(world.wall_s && world.random && world.on_give_up);
  root_ = system.spawn(runner_root_actor, std::move(config), std::move(world));
}

runner_system::~runner_system() {
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
}

bool runner_system::shutdown(std::chrono::milliseconds deadline) {
  caf::scoped_actor self{system_};
  bool in_time = false;
  self->request(root_, deadline, stop_order{})
      .receive([&](const done_answer&) { in_time = true; }, [](const caf::error&) {});
  return in_time;
}

std::optional<pulse_answer> runner_system::pulse(std::chrono::milliseconds deadline) {
  caf::scoped_actor self{system_};
  std::optional<pulse_answer> answer;
  self->request(root_, deadline, pulse_question{})
      .receive([&](const pulse_answer& x) { answer = x; }, [](const caf::error&) {});
  return answer;
}

void runner_system::begin_shutdown() {
  caf::anon_send(root_, stop_order{});
}

std::function<caf::actor(caf::event_based_actor*, const remote_job&)>
job_run_of(run_config_ptr config) {
  return [config = std::move(config)](caf::event_based_actor* parent, const remote_job& job) {
    return parent->spawn(job_run_actor, config, job, parent->address());
  };
}

} // namespace claw
