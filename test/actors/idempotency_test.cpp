#include "test/support/broken_store.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

new_job keyed(const std::string& key, const std::string& digest = "d") {
  new_job x;
  x.command = "ping";
  x.create_key = key;
  x.create_digest = digest;
  return x;
}

} // namespace

TEST_CASE("a create that is sent again is the same job, whatever became of it", "[idempotency]") {
  simulation sim;
  const auto first = sim.create(keyed("k"));
  REQUIRE(first.ok());
  CHECK(sim.create(keyed("k"))->id == first->id);
  CHECK(sim.create(keyed("other"))->id != first->id);
  CHECK(sim.create(keyed(""))->id != sim.create(keyed(""))->id);
  CHECK(sim.cancel(first->id).ok());
  const auto again = sim.create(keyed("k"));
  CHECK(again->id == first->id);
  CHECK(again->status == job_status::failed);
  CHECK(sim.create(keyed("k", "another body")).code() == ec::refused);
}

TEST_CASE("whoever makes too many hears only of the job that is there", "[idempotency]") {
  simulation sim;
  const auto first = sim.create(keyed("k"));
  CHECK_FALSE(first->repeated);
  const auto ask = [&](const char* key) {
    pending<created_job> answer;
    sim.broker->ask(create_request{keyed(key), answer.promise(), true});
    sim.settle();
    return answer;
  };
  CHECK(ask("k")->id == first->id);
  CHECK(ask("k")->repeated);
  CHECK(ask("new").code() == ec::rate_limited);
  CHECK(ask("").code() == ec::rate_limited);
  CHECK(sim.figures().queued == 1);
}

TEST_CASE("two that send the same create at once hear of one job", "[idempotency]") {
  simulation sim;
  sim.settles = false;
  const auto one = sim.create(keyed("k"));
  const auto two = sim.create(keyed("k"));
  sim.settle();
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  CHECK(one->id == two->id);
  sim.settles = true;
  CHECK(sim.figures().queued == 1);
}

TEST_CASE("a key is known after a restart and forgotten after a day", "[idempotency]") {
  simulation sim;
  const auto first = sim.create(keyed("k"));
  sim.restart();
  CHECK(sim.create(keyed("k"))->id == first->id);
  sim.pass(24h);
  const auto next = sim.create(keyed("k"));
  CHECK(next->id != first->id);
  sim.restart();
  CHECK(sim.create(keyed("k"))->id == next->id);
}

TEST_CASE("a create that was refused may be sent again with its key", "[idempotency]") {
  simulation sim;
  broken_store store{sim.store};
  sim.stop();
  sim.instead_of_store = &store;
  sim.start();
  store.refuses_creates = true;
  sim.settles = false;
  const auto one = sim.create(keyed("k"));
  const auto two = sim.create(keyed("k"));
  sim.settle();
  sim.settles = true;
  CHECK(one.code() == ec::store_full);
  CHECK(two.code() == ec::store_full);
  store.refuses_creates = false;
  CHECK(sim.create(keyed("k")).ok());
}

TEST_CASE("a full queue still answers a create that is sent again", "[idempotency]") {
  broker_system_config config;
  config.open_jobs_max = 1;
  simulation sim{config};
  const auto first = sim.create(keyed("k"));
  CHECK(sim.create(keyed("k"))->id == first->id);
  CHECK(sim.create(keyed("k2")).code() == ec::queue_full);
}
