#pragma once
// One job run on a fake clock, with scripted neighbours, all in the test's thread.

#include "actors/domain/redaction.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/runner/job_run_actor.hpp"
#include "test/support/catch.hpp"
#include "test/support/plain_task_codec.hpp"
#include "test/support/scripted_chat.hpp"
#include "test/support/scripted_toolbox.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <optional>
#include <string>
#include <vector>

namespace claw::test {

inline constexpr const char* run_secret = "canary-0123456789";

struct testing_config : observed_system_config {
  testing_config() {
    set("scheduler.policy", caf::atom("testing"));
    roster = std::make_shared<actor_roster>();
  }
};

/// What a claim hears from its job_run.
struct heard_from_run {
  std::vector<run_progress> progress;
  std::vector<run_outcome> outcomes;
  std::vector<std::string> downs;
};

struct run_fixture {
  run_fixture() { sched.clock().current_time += std::chrono::hours{1}; }

  /// What is left is killed: a living actor would keep the system from going down.
  ~run_fixture() {
    if (run)
      caf::anon_send_exit(run, caf::exit_reason::kill);
    if (claim)
      caf::anon_send_exit(claim, caf::exit_reason::kill);
    run = claim = nullptr;
    settle();
    sched.clock().cancel_all();
    sys.await_actors_before_shutdown(false);
  }

  run_config_ptr config() const {
    auto x = std::make_shared<run_config>(settings);
    x->commands = commands;
    x->tools = tools;
    x->model = with_model ? chat : nullptr;
    const auto codec = std::make_shared<plain_task_codec>();
    codec->rules = redactor{{run_secret}};
    x->tasks = codec;
    x->checkpoints = checkpoints;
    x->redact = std::make_shared<redactor>(std::vector<std::string>{run_secret});
    x->worker_id = "w1";
    x->random = [] { return uint64_t{12'345}; };
    x->detached = false;
    return x;
  }

  void start(std::string command, std::string payload) {
    run = nullptr;
    job.command = std::move(command);
    job.payload = std::move(payload);
    claim = sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_down_handler([this, self](const caf::down_msg& x) {
        heard.downs.push_back(self->system().render(x.reason));
      });
      run = self->spawn<caf::monitored>(job_run_actor, config(), job, self->address());
      return {
          [this](const run_progress& x) {
            heard.progress.push_back(x);
            if (x.type == "checkpoint" && settles_checkpoints)
              caf::anon_send(run, checkpoint_settled{x.job_id, x.lease_id});
          },
          [this](const run_outcome& x) { heard.outcomes.push_back(x); },
      };
    });
    while (!run)
      sched.run_once();
  }

  void start_task(std::string prompt) { start("llm_task", std::move(prompt)); }

  void settle() {
    while (sched.try_run_once()) {
    }
  }

  void pass(std::chrono::milliseconds time) {
    sched.advance_time(time);
    settle();
  }

  /// Virtual time goes by inside a blocking call.
  void takes(std::chrono::milliseconds time) { sched.clock().current_time += time; }

  void cancel(std::string why = "cancelled by a user") {
    caf::anon_send(run, run_cancel{std::move(why)});
  }

  const run_outcome& ended() const {
    REQUIRE(heard.outcomes.size() == 1);
    return heard.outcomes[0];
  }

  std::vector<std::string> shown(const std::string& type) const {
    std::vector<std::string> out;
    for (const auto& x : heard.progress)
      if (x.type == type)
        out.push_back(x.data_json);
    return out;
  }

  testing_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched
      = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  std::shared_ptr<scripted_chat> chat = std::make_shared<scripted_chat>();
  std::shared_ptr<scripted_toolbox> tools = std::make_shared<scripted_toolbox>();
  std::shared_ptr<scripted_commands> commands = std::make_shared<scripted_commands>();
  std::shared_ptr<remembering_checkpoint_codec> checkpoints
      = std::make_shared<remembering_checkpoint_codec>();
  bool with_model = true;
  bool settles_checkpoints = true; ///< as a broker that answers does
  run_config settings = [] {
    run_config x;
    x.allowed_tools = {"repo_list", "repo_grep", "repo_readfile"};
    return x;
  }();
  remote_job job = [] {
    remote_job x;
    x.id = "job-1";
    x.lease_id = "lease-1";
    return x;
  }();
  caf::actor claim, run;
  heard_from_run heard;
};

} // namespace claw::test
