#include "test/support/broken_store.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

new_job ping(const std::string& requester = "") {
  new_job x;
  x.command = "ping";
  x.requester = requester;
  return x;
}

job_id made(simulation& sim, new_job what) {
  const auto x = sim.create(std::move(what));
  REQUIRE(x.ok());
  return x->id;
}

int64_t in(const simulation& sim, std::chrono::seconds x) {
  return sim.wall_ms / 1'000 + x.count();
}

} // namespace

TEST_CASE("a job is not claimed before its time, and at its time by who waits", "[scheduling]") {
  simulation sim;
  auto what = ping();
  what.not_before_s = in(sim, 3600s);
  const auto id = made(sim, what);
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  sim.pass(3'590s);
  const auto held = sim.claim(sim.worker("w1"), 30s);
  sim.pass(5s);
  CHECK_FALSE(held.arrived());
  sim.pass(5s);
  REQUIRE(held.ok());
  REQUIRE(held->has_value());
  CHECK((**held).document.head.id == id);
}

TEST_CASE("a job that waits for its time survives a restart and can be cancelled", "[scheduling]") {
  simulation sim;
  auto what = ping();
  what.not_before_s = in(sim, 60s);
  const auto kept = made(sim, what);
  const auto gone = made(sim, what);
  sim.restart();
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  CHECK(sim.cancel(gone).ok());
  sim.pass(61s);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == kept);
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
}

TEST_CASE("a job that nobody claimed before its deadline fails, and says so", "[scheduling]") {
  simulation sim;
  auto what = ping();
  what.deadline_s = in(sim, 10s);
  const auto id = made(sim, what);
  sim.pass(9s);
  CHECK(sim.record(id).status == job_status::queued);
  sim.pass(1s);
  CHECK(sim.record(id).status == job_status::failed);
  CHECK(sim.record(id).end == job_end::failed);
  CHECK(sim.text(id, job_text::error) == "deadline passed");
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  CHECK(sim.figures().queued == 0);
}

TEST_CASE("a time that a jump of the clock brings is noticed within a second", "[scheduling]") {
  simulation sim;
  auto ends = ping(), begins = ping();
  ends.deadline_s = in(sim, 7'000s);
  begins.not_before_s = in(sim, 7'000s);
  const auto ended = made(sim, ends);
  const auto begun = made(sim, begins);
  REQUIRE(sim.cancel(sim.job_for()).ok()); // whatever else is dealt with, the clock is looked at
  sim.pass(300ms);
  sim.wall_ms += 7'000'000;
  sim.pass(1s);
  CHECK(sim.record(ended).status == job_status::failed);
  CHECK(sim.text(ended, job_text::error) == "deadline passed");
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == begun);
}

TEST_CASE("whoever works on a job may finish it after its deadline", "[scheduling]") {
  simulation sim;
  auto what = ping();
  what.deadline_s = in(sim, 10s);
  const auto id = made(sim, what);
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.pass(20s);
  CHECK(sim.record(id).status == job_status::running);
  CHECK(sim.finish(id, simulation::proof_of(given)).ok());
  CHECK(sim.record(id).status == job_status::done);
}

TEST_CASE("a lease that ends after the deadline ends the job", "[scheduling]") {
  simulation sim;
  auto what = ping();
  what.deadline_s = in(sim, 10s);
  const auto id = made(sim, what);
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.pass(60s);
  CHECK(sim.record(id).status == job_status::failed);
  CHECK(sim.text(id, job_text::error) == "deadline passed");
  const auto late = sim.finish(id, simulation::proof_of(given));
  CHECK(late.code() == ec::lease_lost);
}

TEST_CASE("a deadline that is past when the job comes fails it, also at a store that is full",
          "[scheduling]") {
  simulation sim;
  broken_store store{sim.store};
  sim.stop();
  sim.instead_of_store = &store;
  sim.start();
  auto what = ping();
  what.deadline_s = in(sim, -5s);
  const auto id = made(sim, what);
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  store.refuses_all = true;
  sim.pass(5s);
  CHECK(sim.record(id).status == job_status::queued);
  CHECK(store.commits < 10); // it is not asked in a circle
  store.refuses_all = false;
  sim.pass(2s);
  CHECK(sim.record(id).status == job_status::failed);
}

TEST_CASE("a flood of one requester does not keep another one waiting", "[scheduling]") {
  simulation sim;
  for (int i = 0; i < 20; ++i)
    made(sim, ping("flood"));
  const auto first = sim.grant_to(sim.worker("w1"));
  const auto wanted = made(sim, ping("small"));
  sim.pass(30s);
  CHECK(sim.finish(first.document.head.id, simulation::proof_of(first)).ok());
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == wanted);
}

TEST_CASE("fair share counts running time, not jobs, and counts it while it runs", "[scheduling]") {
  simulation sim;
  for (int i = 0; i < 12; ++i) {
    made(sim, ping("long"));
    made(sim, ping("short"));
  }
  // Each long job runs 20 s, each short one 5 s, on one worker.
  std::map<std::string, int> seconds;
  while (seconds["long"] + seconds["short"] < 120) {
    const auto given = sim.grant_to(sim.worker("w1"));
    const auto& who = given.document.head.requester;
    const auto runs = who == "long" ? 20s : 5s;
    sim.pass(runs);
    seconds[who] += static_cast<int>(runs.count());
    CHECK(sim.finish(given.document.head.id, simulation::proof_of(given)).ok());
  }
  CHECK(std::abs(seconds["long"] - seconds["short"]) <= 25);
}

TEST_CASE("a job that still runs counts against its requester", "[scheduling]") {
  simulation sim;
  for (int i = 0; i < 3; ++i)
    made(sim, ping("one"));
  for (int i = 0; i < 3; ++i)
    made(sim, ping("other"));
  CHECK(sim.grant_to(sim.worker("w1")).document.head.requester == "one");
  CHECK(sim.grant_to(sim.worker("w2")).document.head.requester == "other");
  sim.pass(5s);
  const auto third = sim.grant_to(sim.worker("w3")).document.head;
  CHECK(sim.finish(third.id, {third.lease_id, "w3"}).ok());
  CHECK(third.requester == "one"); // as much as the other; its job is older
  sim.pass(5s);
  sim.grant_to(sim.worker("w3"));
  sim.pass(15s);
  CHECK(sim.grant_to(sim.worker("w4")).document.head.requester == "one"); // `other` has two running
}

TEST_CASE("who creates a job hears its place in the line", "[scheduling]") {
  simulation sim;
  CHECK(sim.create(ping())->position == 1);
  CHECK(sim.create(ping())->position == 2);
  auto urgent = ping();
  urgent.priority = 7;
  CHECK(sim.create(urgent)->position == 1);
  auto other = ping();
  other.required = caps::from_list("llm:vllm");
  CHECK(sim.create(other)->position == 1);
}
