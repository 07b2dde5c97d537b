#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

broker_system_config long_lease() {
  broker_system_config config;
  config.lease_term = 300s;
  config.attempts_max = 3;
  return config;
}

} // namespace

TEST_CASE("a lease of 300 s ends 300 s after the claim", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  CHECK(given.document.payload == "payload");
  CHECK(given.document.head.attempt == 1);
  sim.pass(299s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  const auto after = sim.record(id);
  CHECK(after.status == job_status::queued);
  CHECK(after.worker_id.empty());
  CHECK_FALSE(after.started_s);
  CHECK_FALSE(after.lease_until_s);
}

TEST_CASE("each renewal gives a full term and is written down", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  for (int i = 0; i < 5; ++i) {
    sim.pass(299s);
    const auto renewed = sim.renew(id, sim.proof_of(given));
    REQUIRE(renewed.ok());
    CHECK(renewed->lease_until_s == sim.wall_ms / 1'000 + 300);
    CHECK(sim.record(id).lease_until_s == renewed->lease_until_s);
    CHECK_FALSE(renewed->cancel);
  }
  sim.pass(299s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::queued);
}

TEST_CASE("whoever sets the wall clock ends no lease and keeps none alive", "[lease]") {
  for (const std::chrono::milliseconds jump : {1h, -1h, 24h, -24h}) {
    INFO("the clock is set by " << jump.count() << " ms");
    simulation sim{long_lease()};
    const auto id = sim.job_for();
    const auto given = sim.grant_to(sim.worker("w1"));
    sim.pass(150s);
    sim.wall_ms += jump.count();
    sim.pass(149s);
    CHECK(sim.record(id).status == job_status::running);
    CHECK(sim.renew(id, sim.proof_of(given)).ok());
    sim.wall_ms += jump.count();
    sim.pass(299s);
    CHECK(sim.record(id).status == job_status::running);
    CHECK(sim.job_for() > id); // age is the order of ids
    sim.pass(1s);
    CHECK(sim.record(id).status == job_status::queued);
  }
}

TEST_CASE("a job whose lease expires for the last time is buried", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  for (uint32_t attempt = 1; attempt <= 3; ++attempt) {
    const auto given = sim.grant_to(sim.worker("w1"));
    CHECK(given.document.head.attempt == attempt);
    sim.pass(300s);
  }
  const auto after = sim.record(id);
  CHECK(after.status == job_status::failed);
  CHECK(after.end == job_end::dead);
  CHECK(sim.text(id, job_text::error) == "gave up after 3 attempts: last seen on w1");
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  CHECK(sim.figures().running == 0);
}

TEST_CASE("an expired job goes to a claim that waits", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  const auto first = sim.grant_to(sim.worker("w1"));
  sim.pass(250s);
  const auto waiting = sim.claim(sim.worker("w2"), 60s);
  CHECK_FALSE(waiting.arrived());
  sim.pass(50s);
  REQUIRE(waiting.ok());
  REQUIRE(waiting->has_value());
  CHECK((*waiting)->document.head.id == id);
  CHECK((*waiting)->document.head.attempt == 2);
  CHECK((*waiting)->document.head.lease_id != first.document.head.lease_id);
}

TEST_CASE("a released job is queued at once and its attempt is given back", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  for (int i = 0; i < 10; ++i) {
    const auto given = sim.grant_to(sim.worker("w1"));
    CHECK(given.document.head.attempt == 1);
    CHECK(sim.release(id, sim.proof_of(given)).ok());
    CHECK(sim.release(id, sim.proof_of(given)).ok()); // its answer may have been lost
    CHECK(sim.record(id).status == job_status::queued);
  }
}

TEST_CASE("a lease that cannot be ended on disk is ended when the disk is back", "[lease]") {
  simulation sim{long_lease()};
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1"));
  sim.store.fail_next(3, {ec::store_full, "the disk is full"});
  sim.pass(300s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::queued);
}
