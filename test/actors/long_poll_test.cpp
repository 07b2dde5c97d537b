#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE("a claim without a wait is answered at once", "[claim]") {
  simulation sim;
  const auto nothing = sim.claim(sim.worker("w1"));
  REQUIRE(nothing.ok());
  CHECK_FALSE(nothing->has_value());
}

TEST_CASE("a held claim gets a job the moment it is committed", "[claim]") {
  simulation sim;
  const auto held = sim.claim(sim.worker("w1"), 25s);
  CHECK_FALSE(held.arrived());
  const auto id = sim.job_for();
  REQUIRE(held.ok());
  CHECK((*held)->document.head.id == id);
}

TEST_CASE("a held claim ends with nothing when its time is up", "[claim]") {
  simulation sim;
  const auto soon = sim.claim(sim.worker("w1"), 5s);
  const auto later = sim.claim(sim.worker("w2"), 25s);
  sim.pass(4999ms);
  CHECK_FALSE(soon.arrived());
  sim.pass(1ms);
  REQUIRE(soon.ok());
  CHECK_FALSE(soon->has_value());
  CHECK_FALSE(later.arrived());
  const auto id = sim.job_for();
  REQUIRE(later.ok());
  CHECK((*later)->document.head.id == id);
}

TEST_CASE("a poll that was closed loses no job", "[claim]") {
  simulation sim;
  const auto gone = sim.claim(sim.worker("w1"), 25s, poll_id{7});
  const auto stays = sim.claim(sim.worker("w2"), 25s, poll_id{8});
  sim.broker->ask(poll_closed{poll_id{7}});
  sim.settle();
  CHECK(gone.code() == ec::unavailable); // to nobody
  const auto id = sim.job_for();
  REQUIRE(stays.ok());
  CHECK((*stays)->document.head.id == id);
}

TEST_CASE("a connection that is lost is work for nobody but who it concerns", "[claim]") {
  simulation sim;
  std::vector<pending<bool>> watches;
  for (uint64_t i = 1; i <= 20; ++i)
    watches.push_back(sim.watch(sim.job_for("nobody"), 1, 60s, poll_id{i}));
  const auto watched = sim.job_for("nobody");
  const auto gone = sim.watch(watched, 1, 60s, poll_id{30});
  sim.broker->ask(poll_closed{poll_id{31}}); // a claim that has its answer
  CHECK(sim.scheduler().run() == 1);
  sim.broker->ask(poll_closed{poll_id{30}, watched});
  CHECK(sim.scheduler().run() < 10); // the queue, the job, and what follows from its being watched no more
  CHECK(gone.code() == ec::unavailable); // to nobody
  CHECK_FALSE(watches.front().arrived());
}

TEST_CASE("the claim that has waited longest gets the job", "[claim]") {
  simulation sim;
  const auto mismatch = sim.claim(sim.worker("w0", "other"), 25s);
  const auto first = sim.claim(sim.worker("w1", "gpu"), 25s);
  const auto second = sim.claim(sim.worker("w2", "gpu,more"), 25s);
  const auto a = sim.job_for("gpu");
  CHECK((*first)->document.head.id == a);
  CHECK_FALSE(second.arrived());
  const auto b = sim.job_for("gpu");
  CHECK((*second)->document.head.id == b);
  CHECK_FALSE(mismatch.arrived());
}

TEST_CASE("jobs are claimed oldest first, and a requeued one keeps its place", "[claim]") {
  simulation sim;
  const auto a = sim.job_for();
  const auto b = sim.job_for();
  const auto c = sim.job_for();
  const auto first = sim.grant_to(sim.worker("w1"));
  CHECK(first.document.head.id == a);
  CHECK(sim.release(a, sim.proof_of(first)).ok());
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == a);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == b);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == c);
}

TEST_CASE("a higher priority goes first", "[claim]") {
  simulation sim;
  const auto low = sim.job_for();
  new_job urgent;
  urgent.command = "ping";
  urgent.priority = 5;
  const auto high = sim.create(urgent)->id;
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == high);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == low);
}

TEST_CASE("a job goes only to a worker with its caps", "[claim]") {
  simulation sim;
  const auto id = sim.job_for("llm:vllm,repo_tools");
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  CHECK_FALSE(sim.claim(sim.worker("w2", "llm:vllm"))->has_value());
  CHECK(sim.grant_to(sim.worker("w3", "repo_tools,llm:vllm,x")).document.head.id == id);
}

TEST_CASE("jobs for absent workers block nobody", "[claim]") {
  simulation sim;
  sim.settles = false;
  for (int i = 0; i < 2'000; ++i) {
    new_job what;
    what.command = "ping";
    what.required = caps{{"shared", "absent" + std::to_string(i)}};
    sim.create(std::move(what));
  }
  sim.settle();
  sim.settles = true;
  CHECK(sim.store.commits() < 10); // one batch takes what the mailbox holds
  const auto id = sim.job_for("shared");
  CHECK(sim.grant_to(sim.worker("w1", "shared")).document.head.id == id);
  CHECK(sim.figures().queued == 2'000);
}

TEST_CASE("over the job limit nothing is created until a job ends", "[create]") {
  broker_system_config config;
  config.open_jobs_max = 2;
  simulation sim{config};
  const auto first = sim.job_for();
  sim.job_for();
  sim.grant_to(sim.worker("w1"));
  const auto refused = sim.create({});
  CHECK(refused.code() == ec::queue_full);
  CHECK(refused.why() == "job queue limit reached");
  CHECK(sim.finish(first, {}).ok());
  CHECK(sim.create({}).ok());
  CHECK(sim.create({}).code() == ec::queue_full);
}

TEST_CASE("a new job says whether a live worker could take it", "[create]") {
  simulation sim;
  new_job what;
  what.required = caps::from_list("gpu");
  CHECK_FALSE(sim.create(what)->servable);
  sim.claim(sim.worker("w1", "cpu"));
  CHECK_FALSE(sim.create(what)->servable);
  sim.claim(sim.worker("w2", "gpu"));
  CHECK(sim.create(what)->servable);
  sim.pass(61s);
  CHECK_FALSE(sim.create(what)->servable);
}
