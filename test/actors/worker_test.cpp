#include "actors/domain/limits.hpp"
#include "test/support/simulation.hpp"

#include <set>

using namespace claw;
using namespace std::chrono_literals;

namespace {

/// Long leases, and workers that are missed soon.
broker_system_config watchful() {
  broker_system_config config;
  config.lease_term = 300s;
  config.worker_silence_max = 30s;
  return config;
}

std::string last_reason(const simulation& sim, const job_id& id) {
  return sim.store.events(id, 0, 100)->back().why;
}

} // namespace

TEST_CASE("a worker that renewed and fell silent loses its lease early", "[worker]") {
  simulation sim{watchful()};
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.pass(20s);
  CHECK(sim.renew(id, sim.proof_of(given)).ok());
  sim.pass(29s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::queued);
  CHECK(last_reason(sim, id) == "worker_lost");
}

TEST_CASE("a worker that cannot renew keeps its lease for the whole term", "[worker]") {
  simulation sim{watchful()};
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("old"));
  sim.pass(299s);
  CHECK(sim.record(id).status == job_status::running);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::queued);
  CHECK(last_reason(sim, id) == "lease_expired");
}

TEST_CASE("a held poll and any other request are signs of life", "[worker]") {
  simulation sim{watchful()};
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  CHECK(sim.renew(id, sim.proof_of(given)).ok());
  sim.claim(sim.worker("w1"), 60s);
  sim.pass(60s);
  sim.pass(29s);
  CHECK(sim.record(id).status == job_status::running);
  sim.broker->ask(worker_seen{sim.worker("w1")});
  sim.settle();
  sim.pass(29s);
  CHECK(sim.record(id).status == job_status::running);
  CHECK(sim.workers().at(0).live);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::queued);
  CHECK_FALSE(sim.workers().at(0).live);
}

TEST_CASE("a runner that was started anew gets the job of the old one", "[worker]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1", "", "boot-1"));
  const auto other = sim.job_for();
  sim.grant_to(sim.worker("w2", "", "boot-x"));
  const auto again = sim.claim(sim.worker("w1", "", "boot-2"));
  REQUIRE(again.ok());
  REQUIRE(again->has_value());
  CHECK((*again)->document.head.id == id);
  CHECK((*again)->document.head.attempt == 2);
  CHECK(sim.store.events(id, 0, 100)->at(2).why == "worker_restarted");
  CHECK(sim.record(other).worker_id == "w2");
}

TEST_CASE("a restart of a runner is noticed after a restart of the broker, too", "[worker]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1", "", "boot-1"));
  sim.restart();
  CHECK_FALSE(sim.claim(sim.worker("w1", "", "boot-1"))->has_value());
  CHECK(sim.record(id).attempt == 1);
  CHECK(sim.grant_to(sim.worker("w1", "", "boot-2")).document.head.id == id);
}

TEST_CASE("two runners of one name do not take each other's jobs for ever", "[worker]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.claim(sim.worker("w1", "", "boot-1"));
  sim.claim(sim.worker("w1", "", "boot-2"));
  CHECK(sim.record(id).attempt == 2);
  CHECK_FALSE(sim.claim(sim.worker("w1", "", "boot-1"))->has_value());
  CHECK_FALSE(sim.claim(sim.worker("w1", "", "boot-2"))->has_value());
  CHECK(sim.record(id).attempt == 2);
}

TEST_CASE("the job of a spent worker is buried when its runner starts anew", "[worker]") {
  broker_system_config config;
  config.attempts_max = 1;
  simulation sim{config};
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1", "", "boot-1"));
  const auto next = sim.claim(sim.worker("w1", "", "boot-2"));
  sim.pass(1s);
  REQUIRE(next.ok());
  CHECK_FALSE(next->has_value());
  CHECK(sim.record(id).end == job_end::dead);
}

TEST_CASE("workers are listed with what they do", "[worker]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("busy", "a,b"));
  const auto held = sim.claim(sim.worker("idle", "c"), 25s);
  sim.claim(sim.worker("")); // an old one without a name is not listed
  const auto all = sim.workers();
  REQUIRE(all.size() == 2);
  CHECK(all[0].facts.worker_id == "busy");
  CHECK(all[0].facts.caps == caps::from_list("a,b"));
  CHECK(all[0].running == std::vector{id});
  CHECK_FALSE(all[0].polling);
  CHECK(all[1].polling);
  CHECK(all[1].live);
  CHECK(all[1].first_seen_s == sim.wall_ms / 1'000);
}

TEST_CASE("the queue is shown by required caps", "[worker]") {
  simulation sim;
  sim.job_for("gpu");
  sim.job_for("gpu");
  sim.job_for("mars");
  sim.grant_to(sim.worker("w1", "gpu"));
  const auto facts = sim.figures();
  CHECK(facts.queued == 2);
  CHECK(facts.running == 1);
  REQUIRE(facts.waiting.size() == 2);
  CHECK(facts.waiting[0].required == caps::from_list("gpu"));
  CHECK(facts.waiting[0].queued == 1);
  CHECK(facts.waiting[0].servable);
  CHECK(facts.waiting[0].oldest_created_s == sim.wall_ms / 1'000);
  CHECK_FALSE(facts.waiting[1].servable);
}

TEST_CASE("no more workers are known than the limit, and one that lives is not forgotten for a stranger", "[worker]") {
  simulation sim{watchful()};
  const auto name = [](std::size_t i) { return "w" + std::to_string(i); };
  for (std::size_t i = 0; i < limits::workers_known_max; ++i)
    REQUIRE(sim.claim(sim.worker(name(i))).ok());
  sim.broker->ask(worker_seen{sim.worker("a stranger's heartbeat")});
  sim.settle();
  const auto refused = sim.claim(sim.worker("stranger"), 60s);
  CHECK(refused.code() == ec::unavailable);
  CHECK(sim.workers().size() == limits::workers_known_max);
  CHECK(sim.claim(sim.worker(name(0))).ok());

  sim.pass(29s);
  CHECK(sim.claim(sim.worker(name(1))).ok());
  REQUIRE(sim.drain(name(2), true).ok());
  sim.pass(1s); // all fall silent but w1
  for (const auto* stranger : {"stranger", "another"})
    CHECK(sim.claim(sim.worker(stranger)).ok());
  std::set<std::string> known;
  for (const auto& x : sim.workers())
    known.insert(x.facts.worker_id);
  CHECK(known.size() == limits::workers_known_max);
  for (const auto& id : {name(1), name(2), std::string{"stranger"}, std::string{"another"}})
    CHECK(known.count(id) == 1);
}
