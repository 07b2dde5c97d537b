#include "test/support/still_runner.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

outcome<done> away(const run_report&) {
  return failure{ec::unreachable, "no connection"};
}

outcome<done> here(const run_report&) {
  return done{};
}

/// A runner that has finished `j1` while its broker was away.
struct finished_runner : still_runner {
  finished_runner() {
    broker.on_report = away;
    broker.grant("j1", "L1");
    start();
    finish("j1", run_outcome::kind::result, "worth keeping");
  }
};

} // namespace

TEST_CASE_METHOD(finished_runner, "a result is tried three times within two seconds",
                 "[outbox][actors]") {
  CHECK(broker.reports.size() == 1);
  pass(500ms);
  CHECK(broker.reports.size() == 2);
  pass(1s);
  CHECK(broker.reports.size() == 3);
}

TEST_CASE_METHOD(finished_runner, "a result that was not taken is on disk until it is",
                 "[outbox][actors]") {
  REQUIRE(outbox->kept.size() == 1);
  CHECK(outbox->kept[0]
        == run_report{"j1", "L1", "box-1", run_report::kind::result, "worth keeping", 1'000'000});
  pass(600s);
  CHECK(outbox->kept.size() == 1);
  broker.on_report = here;
  pass(30s);
  CHECK(outbox->kept.empty());
  CHECK(broker.reports.back().text == "worth keeping");
}

TEST_CASE("a result that gets through takes the older ones along", "[outbox][actors]") {
  runner_system_config config;
  config.slots = 2;
  still_runner x{config};
  x.broker.on_report = away;
  x.broker.grant("j1", "L1");
  x.broker.grant("j2", "L2");
  x.start();
  x.finish("j1", run_outcome::kind::result, "first");
  x.pass(300s);
  x.broker.on_report = here;
  x.broker.reports.clear();
  x.finish("j2", run_outcome::kind::result, "second");
  CHECK(x.broker.reports.size() == 2);
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("a no of the broker is final", "[outbox][actors]") {
  for (const auto code : {ec::lease_lost, ec::no_such_job, ec::refused, ec::bad_request}) {
    still_runner x;
    x.broker.on_report = [code](const run_report&) -> outcome<done> { return failure{code, "no"}; };
    x.broker.grant("j1", "L1");
    x.start();
    x.finish("j1", run_outcome::kind::result, "too late");
    x.pass(120s);
    CHECK(x.broker.reports.size() == 1);
    CHECK(x.outbox->kept.empty());
  }
}

TEST_CASE("a job whose result is too large for its broker fails and says so", "[outbox][actors]") {
  still_runner x;
  x.broker.on_report = [](const run_report& report) -> outcome<done> {
    if (report.what == run_report::kind::result)
      return failure{ec::body_too_large, "request body too large"};
    return done{};
  };
  x.broker.grant("j1", "");
  x.start();
  x.finish("j1", run_outcome::kind::result, std::string(5'000'000, 'x'));
  REQUIRE(x.broker.reports.size() == 2);
  CHECK(x.broker.reports[1]
        == run_report{"j1", "", "box-1", run_report::kind::failure,
                      "the result is too large for the broker (5000000 bytes); ask for less, or raise "
                      "MAX_RESULT_BYTES there",
                      0});
  CHECK(x.broker.claims_asked == 2);
}

TEST_CASE("a broker that finds the failure too large as well is told no more", "[outbox][actors]") {
  still_runner x;
  x.broker.on_report = [](const run_report&) -> outcome<done> {
    return failure{ec::body_too_large, "request body too large"};
  };
  x.broker.grant("j1", "");
  x.start();
  x.finish("j1", run_outcome::kind::result, "large");
  x.pass(120s);
  CHECK(x.broker.reports.size() == 2);
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("a token that an operator has to mend loses no result", "[outbox][actors]") {
  still_runner x;
  x.outbox->kept.push_back({"j7", "L7", "box-1", run_report::kind::result, "kept", 999'000});
  x.broker.on_report = [](const run_report&) -> outcome<done> {
    return failure{ec::bad_token, "bad worker token"};
  };
  x.start();
  x.pass(60s);
  REQUIRE(x.outbox->kept.size() == 1);
  x.broker.on_report = here;
  x.pass(30s);
  CHECK(x.broker.reports.back().text == "kept");
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("a runner that starts delivers what an earlier one left", "[outbox][actors]") {
  still_runner x;
  x.outbox->kept.push_back(
      {"j7", "L7", "other-name", run_report::kind::failure, "bad repo", 999'000});
  x.start();
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].worker_id == "other-name");
  CHECK(x.broker.reports[0].lease_id == "L7");
  CHECK(x.broker.reports[0].what == run_report::kind::failure);
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("what an earlier runner left too long ago is dropped", "[outbox][actors]") {
  still_runner x;
  x.outbox->kept.push_back({"j7", "L7", "box-1", run_report::kind::result, "stale", 1'000});
  x.start();
  CHECK(x.broker.reports.empty());
  CHECK(x.outbox->kept.empty());
}

TEST_CASE("a disk that is full does not stop the deliveries", "[outbox][actors]") {
  still_runner x;
  x.outbox->full = true;
  x.broker.on_report = away;
  x.broker.grant("j1", "L1");
  x.start();
  x.finish("j1", run_outcome::kind::result, "kept in memory");
  x.pass(5s);
  x.broker.on_report = here;
  x.pass(30s);
  CHECK(x.broker.reports.back().text == "kept in memory");
  CHECK(x.gave_up == 0);
}

TEST_CASE_METHOD(finished_runner, "a runner that stops tries once more and leaves the rest on disk",
                 "[outbox][actors]") {
  pass(120s);
  broker.reports.clear();
  runner->begin_shutdown();
  settle();
  CHECK(broker.reports.size() == 1);
  CHECK(outbox->kept.size() == 1);
}
