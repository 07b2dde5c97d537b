#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE("a drained worker gets no job until it is resumed, and loses none", "[drain]") {
  simulation sim;
  const auto first = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  REQUIRE(sim.drain("w1", true).ok());
  CHECK(sim.drain("w1", true)->draining); // twice is as once
  const auto second = sim.job_for();
  const auto held = sim.claim(sim.worker("w1"), 30s);
  sim.pass(1s);
  CHECK_FALSE(held.arrived()); // it waits: a runner that is answered at once would ask at once again
  CHECK(sim.finish(first, simulation::proof_of(given)).ok());
  REQUIRE(sim.drain("w1", false).ok());
  REQUIRE(held.ok());
  REQUIRE(held->has_value());
  CHECK((**held).document.head.id == second);
}

TEST_CASE("a claim that was held when its worker was drained gets no job", "[drain]") {
  simulation sim;
  const auto held = sim.claim(sim.worker("w1"), 30s);
  REQUIRE(sim.drain("w1", true).ok());
  CHECK_FALSE(sim.create(new_job{"ping", "", {}, {}, {}, 0, "", {}, {}, {}, "", ""})->servable);
  CHECK_FALSE(held.arrived());
  CHECK(sim.claim(sim.worker("w2"))->has_value());
  sim.pass(30s);
  REQUIRE(held.ok());
  CHECK_FALSE(held->has_value());
}

TEST_CASE("a drained worker stays drained while it is silent, and when its runner starts anew",
          "[drain]") {
  simulation sim;
  sim.claim(sim.worker("w1", "", "boot-1"));
  REQUIRE(sim.drain("w1", true).ok());
  sim.pass(200s);
  const auto shown = sim.workers();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].draining);
  CHECK_FALSE(shown[0].live);
  sim.job_for();
  CHECK_FALSE(sim.claim(sim.worker("w1", "", "boot-2"))->has_value());
  CHECK(sim.drain("nobody", true).code() == ec::no_such_worker);
}

TEST_CASE("a waiting job knows what goes before it and who could serve it", "[explain]") {
  simulation sim;
  sim.claim(sim.worker("w1", "llm:vllm"));
  sim.job_for("llm:vllm");
  const auto id = sim.job_for("llm:vllm");
  const auto found = sim.standing_of(id);
  CHECK(found.ahead == 1);
  REQUIRE(found.workers.size() == 1);
  CHECK(found.workers[0].missing.empty());
  CHECK(found.workers[0].live);
}

TEST_CASE("the figures count live workers by what they can do, drained ones apart", "[drain]") {
  simulation sim;
  sim.claim(sim.worker("w1", "a,b"));
  sim.claim(sim.worker("w2", "b,a"));
  sim.claim(sim.worker("w3"));
  REQUIRE(sim.drain("w3", true).ok());
  const auto x = sim.figures();
  REQUIRE(x.live.size() == 1);
  CHECK(x.live[0].caps == caps{{"a", "b"}});
  CHECK(x.live[0].workers == 2);
  CHECK(x.draining == 1);
  sim.pass(200s); // all have fallen silent
  CHECK(sim.figures().live.empty());
  CHECK(sim.figures().draining == 0);
}
