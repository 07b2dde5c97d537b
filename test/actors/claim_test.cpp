#include "test/support/still_runner.hpp"

using namespace claw;
using namespace std::chrono_literals;
using kind = run_outcome::kind;

TEST_CASE("a granted job is worked on and its result delivered", "[claim][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  REQUIRE(x.works.count("j1") == 1);
  CHECK(x.broker.last_seen.worker_id == "box-1");
  x.finish("j1", kind::result, "pong");
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0]
        == run_report{"j1", "L1", "box-1", run_report::kind::result, "pong", 0});
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("a busy runner claims nothing more until its job has ended", "[claim][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.broker.grant("j2", "L2");
  x.start();
  x.pass(30s);
  CHECK(x.works.size() == 1);
  x.finish("j1", kind::failure, "not a git repo");
  CHECK(x.works.size() == 2);
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].what == run_report::kind::failure);
  CHECK(x.broker.reports[0].text == "not a git repo");
}

TEST_CASE("a runner with two slots works on two jobs", "[claim][actors]") {
  runner_system_config config;
  config.slots = 2;
  still_runner x{config};
  for (const auto* id : {"j1", "j2", "j3"})
    x.broker.grant(id, std::string{"L"} + id);
  x.start();
  CHECK(x.works.size() == 2);
  x.finish("j2", kind::result, "done");
  CHECK(x.works.size() == 3);
}

TEST_CASE("a broker that cannot hold a claim is asked every poll interval", "[claim][actors]") {
  still_runner x;
  x.start();
  x.pass(35s);
  CHECK(x.broker.claims_asked == 4); // at 0, 10, 20 and 30 s
}

TEST_CASE("claims that fail are tried again, ever more slowly", "[claim][actors]") {
  still_runner x;
  for (int i = 0; i < 5; ++i)
    x.broker.claims.emplace_back(failure{ec::unreachable, "no connection"});
  x.broker.grant("j1", "L1");
  x.start();
  x.pass(200ms);
  CHECK(x.broker.claims_asked == 1);
  x.pass(2s);
  CHECK(x.broker.claims_asked == 4);
  x.pass(8s);
  CHECK(x.works.size() == 1);
}

TEST_CASE("a command that nobody here knows fails with a plain sentence", "[claim][actors]") {
  still_runner x;
  remote_job job;
  job.id = "j1";
  job.lease_id = "L1";
  job.command = "format_disk";
  x.broker.claims.emplace_back(std::optional{job});
  x.start();
  CHECK(x.works.empty());
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].what == run_report::kind::failure);
  CHECK(x.broker.reports[0].text == "this worker does not know the command format_disk");
}

TEST_CASE("work that crashes becomes a failure and frees its slot", "[claim][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.broker.grant("j2", "L2");
  x.start();
  x.crash("j1");
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].what == run_report::kind::failure);
  CHECK(x.broker.reports[0].text == "the runner failed while working on this job");
  CHECK(x.works.size() == 2);
}

TEST_CASE("an old broker that gives the same job twice gets one piece of work", "[claim][actors]") {
  runner_system_config config;
  config.slots = 2;
  still_runner x{config};
  x.broker.grant("j1", "", 0);
  x.broker.grant("j1", "", 0);
  x.start();
  CHECK(x.broker.claims_asked == 3);
  x.finish("j1", kind::result, "once");
  CHECK(x.broker.reports.size() == 1);
}

TEST_CASE("progress goes out at most twice a second and before the result", "[claim][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  for (int i = 0; i < 10; ++i) {
    x.progress("j1", "delta", std::to_string(i));
    x.pass(100ms);
  }
  CHECK(x.broker.events.size() <= 3);
  CHECK(x.broker.events[0] == "delta=0");
  x.progress("j1", "tool_call", "last");
  x.finish("j1", kind::result, "done");
  CHECK(x.broker.order.back() == "report");
  CHECK(x.broker.events.back().find("tool_call=last") != std::string::npos);
}

TEST_CASE("a checkpoint that was not delivered is tried again", "[claim][actors]") {
  still_runner x;
  bool away = true;
  x.broker.on_events = [&]() -> outcome<worker_api::reported> {
    if (away)
      return failure{ec::unreachable, "no connection"};
    return worker_api::reported{};
  };
  x.broker.grant("j1", "L1");
  x.start();
  x.progress("j1", "checkpoint", "{1}");
  x.progress("j1", "delta", "lost");
  x.pass(600ms);
  away = false;
  x.pass(1s);
  CHECK(x.broker.events.back() == "checkpoint={1}");
}

TEST_CASE("a cancel in the answer to progress ends the work", "[claim][actors]") {
  still_runner x;
  x.broker.on_events = [] { return worker_api::reported{true, true}; };
  x.broker.grant("j1", "L1");
  x.start();
  x.progress("j1", "status", "thinking");
  CHECK(x.works.at("j1").told.size() == 1);
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].text == "cancelled");
}

TEST_CASE("a runner that stops gives its jobs back and claims no more", "[claim][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  x.progress("j1", "checkpoint", "{1}");
  x.progress("j1", "checkpoint", "{2}");
  x.runner->begin_shutdown();
  x.settle();
  CHECK(x.works.at("j1").told == std::vector<std::string>{"the runner is shutting down"});
  CHECK(x.broker.released == std::vector<std::string>{"j1"});
  CHECK(x.broker.order == std::vector<std::string>{"events", "events", "release"});
  CHECK(x.broker.reports.empty());
  const auto asked = x.broker.claims_asked;
  x.pass(60s);
  CHECK(x.broker.claims_asked == asked);
}

TEST_CASE("work that does not end in time is left and its job given back", "[claim][actors]") {
  still_runner x;
  x.stubborn = true;
  x.broker.grant("j1", "L1");
  x.start();
  x.runner->begin_shutdown();
  x.pass(3s);
  CHECK(x.broker.released.empty());
  x.pass(2s);
  CHECK(x.broker.released == std::vector<std::string>{"j1"});
}

TEST_CASE("a runner whose part crashes gives up", "[claim][actors]") {
  still_runner x;
  x.broker.on_events = []() -> outcome<worker_api::reported> { throw std::runtime_error{"bug"}; };
  x.broker.grant("j1", "L1");
  x.start();
  x.progress("j1", "status", "thinking");
  CHECK(x.gave_up == 1);
}
