// What could not be delivered goes before the next claim: to the broker, a claim after a restart says that the jobs of
// the old start are orphans.
#include "actors/runner/outbox_actor.hpp"
#include "test/support/still_runner.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

const run_report left_over{"j7", "L7", "box-1", run_report::kind::result, "left over", 999'000};

/// A runner that starts with a kept result, and a broker that is away or not.
struct left_over_runner : still_runner {
  bool away = true;
  unsigned claims_before_delivery = 0;

  left_over_runner() {
    outbox->kept.push_back(left_over);
    for (int i = 0; i < 1'000; ++i)
      broker.claims.emplace_back(failure{ec::unreachable, "no connection"});
    broker.on_report = [this](const run_report&) -> outcome<done> {
      if (away)
        return failure{ec::unreachable, "no connection"};
      claims_before_delivery = broker.claims_asked;
      return done{};
    };
  }

  void come_back() {
    away = false;
    broker.claims.clear();
    broker.claims_asked = 0;
  }
};

/// A broker that takes a report and says nothing.
caf::behavior silent_link(caf::stateful_actor<std::vector<caf::response_promise>>* self) {
  return {[self](const report_order&) -> caf::result<done_answer> {
    self->state.push_back(self->make_response_promise());
    return self->state.back();
  }};
}

struct still_config : caf::actor_system_config {
  still_config() { set("scheduler.policy", caf::atom("testing")); }
};

} // namespace

TEST_CASE_METHOD(left_over_runner, "what an earlier runner left goes before the first claim",
                 "[outbox][actors]") {
  come_back();
  start();
  CHECK(broker.reports.size() == 1);
  CHECK(claims_before_delivery == 0);
  CHECK(broker.claims_asked == 1);
}

TEST_CASE_METHOD(left_over_runner, "everything that was left goes before the first claim",
                 "[outbox][actors]") {
  for (const auto* id : {"j8", "j9"})
    outbox->kept.push_back({id, "L", "box-1", run_report::kind::failure, "bad repo", 999'000});
  come_back();
  start();
  CHECK(broker.reports.size() == 3);
  CHECK(claims_before_delivery == 0);
  CHECK(broker.claims_asked == 1);
}

TEST_CASE_METHOD(left_over_runner, "what the broker refuses for good holds no claim up",
                 "[outbox][actors]") {
  come_back();
  broker.on_report = [](const run_report&) -> outcome<done> {
    return failure{ec::lease_lost, "lease lost"};
  };
  start();
  CHECK(broker.claims_asked == 1);
  CHECK(outbox->kept.empty());
}

TEST_CASE("whenever the broker comes back, it hears of the kept result first", "[outbox][actors]") {
  for (auto gone = 0ms; gone < 60s; gone += 700ms) {
    INFO("away for " << gone.count() << " ms");
    left_over_runner x;
    x.start();
    x.pass(gone);
    x.come_back();
    x.pass(31s);
    REQUIRE(x.outbox->kept.empty());
    CHECK(x.claims_before_delivery == 0);
    CHECK(x.broker.claims_asked > 0);
  }
}

TEST_CASE("a runner that could not deliver does so before it claims again", "[outbox][actors]") {
  still_runner x;
  bool away = true;
  unsigned claims_before_delivery = 0;
  x.broker.on_report = [&](const run_report&) -> outcome<done> {
    if (away)
      return failure{ec::unreachable, "no connection"};
    claims_before_delivery = x.broker.claims_asked;
    return done{};
  };
  x.broker.grant("j1", "L1");
  x.start();
  x.finish("j1", run_outcome::kind::result, "worth keeping");
  const auto claims = x.broker.claims_asked;
  x.pass(12s);
  CHECK(x.broker.claims_asked == claims); // one was due after 10 s
  away = false;
  x.pass(30s);
  CHECK(claims_before_delivery == claims);
  CHECK(x.broker.claims_asked > claims);
}

TEST_CASE("a result that a broker never takes does not keep the runner idle", "[outbox][actors]") {
  still_runner x;
  x.outbox->kept.push_back(left_over);
  x.broker.on_report = [](const run_report&) -> outcome<done> {
    return failure{ec::unreachable, "the broker answered 500"};
  };
  x.broker.grant("j1", "L1");
  x.start();
  CHECK(x.works.empty());
  x.pass(60s);
  CHECK(x.works.count("j1") == 1);
  CHECK(x.outbox->kept.size() == 1);
}

TEST_CASE("a runner that stops while it cannot deliver claims nothing more", "[outbox][actors]") {
  left_over_runner x;
  x.start();
  x.pass(5s);
  x.runner->begin_shutdown();
  x.settle();
  x.come_back();
  x.pass(60s);
  CHECK(x.broker.claims_asked == 0);
}

TEST_CASE("a result that the broker is slow to take is on disk meanwhile", "[outbox][actors]") {
  still_config config;
  caf::actor_system actors{config};
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(actors.scheduler());
  const auto disk = std::make_shared<memory_outbox>();
  auto link = actors.spawn(silent_link);
  auto outbox = actors.spawn(outbox_actor, outbox_config{link, disk, [] { return int64_t{1'000'000}; },
                                                         [] { return uint64_t{0}; }});
  caf::anon_send(outbox, left_over);
  scheduler.run();
  CHECK(disk->kept.empty());
  scheduler.advance_time(1s);
  scheduler.run();
  CHECK(disk->kept == std::vector<run_report>{left_over});
  for (const auto& x : {outbox, link})
    caf::anon_send_exit(x, caf::exit_reason::kill);
  scheduler.run();
  scheduler.clock().cancel_all();
}
