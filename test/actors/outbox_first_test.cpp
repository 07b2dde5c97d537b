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

/// A broker that takes a report and says nothing, until it is told to.
caf::behavior silent_link(caf::stateful_actor<std::vector<caf::response_promise>>* self) {
  return {
      [self](const report_order&) -> caf::result<done_answer> {
        self->state.push_back(self->make_response_promise());
        return self->state.back();
      },
      [self](const done_answer& x) {
        for (auto& waiting : self->state)
          waiting.deliver(x);
      },
  };
}

struct still_config : caf::actor_system_config {
  still_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// An outbox, its disk, and a broker that is slow.
struct lone_outbox {
  still_config config;
  caf::actor_system actors{config};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(actors.scheduler());
  std::shared_ptr<memory_outbox> disk = std::make_shared<memory_outbox>();
  caf::actor link = actors.spawn(silent_link);
  caf::actor outbox = actors.spawn(
      outbox_actor, outbox_config{link, disk, [] { return int64_t{1'000'000}; }, [] { return uint64_t{0}; }});
  bool clear = false;

  void ask_whether_clear() {
    actors.spawn([this](caf::event_based_actor* self) {
      self->request(outbox, caf::infinite, outbox_clear{}).then([this](const done_answer& x) { clear = x.what.ok(); });
    });
  }

  ~lone_outbox() {
    for (const auto& x : {outbox, link})
      caf::anon_send_exit(x, caf::exit_reason::kill);
    scheduler.run();
    scheduler.clock().cancel_all();
  }
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
  x.pass(5s);
  CHECK(x.broker.reports.size() == 4);
  CHECK(x.broker.claims_asked == claims); // one was due at once
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

TEST_CASE("a job that has ended is reported before the next is claimed", "[outbox][actors]") {
  still_runner x;
  std::vector<unsigned> claims_before;
  x.broker.on_report = [&](const run_report&) -> outcome<done> {
    claims_before.push_back(x.broker.claims_asked);
    return done{};
  };
  for (const auto* id : {"j1", "j2", "j3"})
    x.broker.grant(id, std::string{"L"} + id);
  x.start();
  x.finish("j1", run_outcome::kind::result, "its lease may have run out while this machine slept");
  x.progress("j2", "delta", "the last words");
  x.crash("j2");
  x.finish("j3", run_outcome::kind::failure, "not a git repo");
  CHECK(claims_before == std::vector<unsigned>{1, 2, 3});
  CHECK(x.broker.claims_asked == 4);
}

TEST_CASE_METHOD(lone_outbox, "a result that the broker is slow to take is on disk meanwhile", "[outbox][actors]") {
  caf::anon_send(outbox, left_over);
  scheduler.run();
  CHECK(disk->kept.empty());
  scheduler.advance_time(1s);
  scheduler.run();
  CHECK(disk->kept == std::vector<run_report>{left_over});
}

TEST_CASE_METHOD(lone_outbox, "the outbox is clear when the broker has answered, not when a report is on its way",
                 "[outbox][actors]") {
  caf::anon_send(outbox, left_over);
  ask_whether_clear();
  scheduler.run();
  CHECK_FALSE(clear);
  caf::anon_send(link, done_answer{done{}});
  scheduler.run();
  CHECK(clear);
}
