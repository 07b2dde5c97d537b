#pragma once
// A runner's claiming side in the test's own thread: a scripted broker, work that ends when the test says so, and a
// clock that the test moves.

#include "actors/domain/redaction.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/runner/endpoint_actor.hpp"
#include "actors/runner/runner_system.hpp"
#include "actors/shared/observed_actor.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_broker.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// Work under the test's hand: it waits, notes when it is told to end, and obeys unless it is stubborn.
struct scripted_work {
  caf::actor run;
  caf::actor_addr parent;
  std::string lease_id;
  std::vector<std::string> told; ///< why it was to end
};

class still_runner {
public:
  explicit still_runner(runner_system_config x = {}) : config_(std::move(x)), actors_(caf_config_) {
    spdlog::set_level(spdlog::level::off);
    scheduler().clock().current_time += std::chrono::hours(1);
    config_.detached = false;
    config_.me.worker_id = "box-1";
    config_.commands = {"ping", "llm_task"};
    outbox = std::make_shared<memory_outbox>();
  }

  ~still_runner() {
    runner.reset();
    settle();
    for (auto& [id, work] : works)
      caf::anon_send_exit(work.run, caf::exit_reason::kill);
    works.clear();
    settle();
    scheduler().clock().cancel_all();
    actors_.await_actors_before_shutdown(false);
  }

  void start() {
    runner_world world;
    world.connect = [this] { return std::make_shared<scripted_link>(broker); };
    world.outbox = outbox;
    world.codec = std::make_shared<plain_codec>();
    world.start_run = [this](caf::event_based_actor* parent, const remote_job& job) {
      return start_work(parent, job);
    };
    world.wall_s = [this] { return wall_s; };
    world.random = [] { return uint64_t{0}; };
    world.on_give_up = [this] { ++gave_up; };
    if (endpoint_answers)
      world.endpoint = start_endpoint();
    runner = std::make_unique<runner_system>(actors_, config_, std::move(world));
    settle();
  }

  /// Runs everything that needs no time.
  void settle() {
    for (int i = 0; scheduler().try_run_once(); ++i)
      REQUIRE(i < 100'000); // a loop that never rests
  }

  /// Lets time pass in small steps, so that timers fire in their order.
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{50};
    for (; time > std::chrono::milliseconds{0}; time -= step) {
      scheduler().advance_time(std::min(time, step));
      settle();
    }
  }

  void finish(const std::string& job_id, run_outcome::kind what, const std::string& text) {
    auto& work = works.at(job_id);
    tell(work, run_outcome{job_id, work.lease_id, what, text});
    caf::anon_send_exit(work.run, caf::exit_reason::user_shutdown);
    settle();
  }

  void progress(const std::string& job_id, const std::string& type, const std::string& text) {
    auto& work = works.at(job_id);
    tell(work, run_progress{job_id, work.lease_id, type, text});
    settle();
  }

  void crash(const std::string& job_id) {
    caf::anon_send_exit(works.at(job_id).run, caf::exit_reason::kill);
    settle();
  }

  std::shared_ptr<const actor_roster> roster() const { return caf_config_.roster; }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(actors_.scheduler());
  }

  scripted_broker broker;
  std::shared_ptr<memory_outbox> outbox;
  std::map<std::string, scripted_work> works;
  bool stubborn = false; ///< works do not end when told
  std::optional<outcome<done>> endpoint_answers; ///< what a probe comes to; none: there is no model
  unsigned probes = 0;
  int64_t wall_s = 1'000'000;
  int gave_up = 0;
  std::unique_ptr<runner_system> runner;

private:
  struct still_config : observed_system_config {
    still_config() {
      set("scheduler.policy", caf::atom("testing"));
      roster = std::make_shared<actor_roster>();
    }
  };

  /// Events as `type=text` words.
  class plain_codec final : public task_codec {
    outcome<llm_task> parse(const std::string&) const override { return llm_task{}; }
    std::string render(const llm_report&) const override { return {}; }
    std::string redacted(const std::string& result) const override { return result; }
    std::string tool_started(const tool_call&, uint32_t) const override { return {}; }
    std::string tool_ended(const tool_call&, uint32_t, const tool_result&,
                           std::chrono::milliseconds) const override {
      return {};
    }
    std::string status(const std::string&, const std::string&) const override { return {}; }
    std::string text_delta(const std::string&) const override { return {}; }
    std::string usage(uint64_t, uint64_t) const override { return {}; }
    std::string events(const std::vector<event>& x) const override {
      std::string all;
      for (const auto& e : x)
        all += (all.empty() ? "" : " ") + e.type + "=" + e.data_json;
      return all;
    }
  };

  caf::actor start_endpoint() {
    endpoint_config x;
    x.probe = [this](const stop_token&) {
      ++probes;
      return *endpoint_answers;
    };
    x.redact = std::make_shared<redactor>(std::vector<std::string>{});
    x.name = "tiny";
    x.random = [] { return uint64_t{0}; };
    x.detached = false;
    return actors_.spawn(endpoint_actor, std::move(x));
  }

  template <class T>
  void tell(const scripted_work& work, T message) {
    caf::anon_send(caf::actor_cast<caf::actor>(work.parent), std::move(message));
  }

  caf::actor start_work(caf::event_based_actor* parent, const remote_job& job) {
    auto& work = works[job.id];
    work.parent = parent->address();
    work.lease_id = job.lease_id;
    const auto id = job.id;
    work.run = parent->spawn([this, id](caf::event_based_actor* self) -> caf::behavior {
      return {[this, id, self](const run_cancel& x) {
        auto& told = works.at(id);
        told.told.push_back(x.why);
        if (stubborn)
          return;
        tell(told, run_outcome{id, told.lease_id, run_outcome::kind::cancelled, x.why});
        self->quit();
      }};
    });
    return work.run;
  }

  runner_system_config config_;
  still_config caf_config_;
  caf::actor_system actors_;
};

} // namespace claw
