// A runner that was started anew: its old jobs stand in line again before it chooses.

#include "actors/broker/returning_jobs.hpp"
#include "test/support/simulation.hpp"

#include <utility>
#include <vector>

using namespace claw;
using namespace std::chrono_literals;

namespace {

using pending_grant = pending<std::optional<grant>>;

/// The job that a claim got.
std::optional<job_id> job_of(const pending_grant& x) {
  REQUIRE(x.ok());
  return *x ? std::optional{(**x).document.head.id} : std::nullopt;
}

/// `w1` has the oldest of two jobs and is started anew. The test runs the steps.
struct restarted {
  simulation sim;
  const job_id old = sim.job_for();
  const grant first = sim.grant_to(sim.worker("w1", "", "boot-1"));
  const job_id newer = sim.job_for();

  restarted() { sim.settles = false; }

  pending_grant again(std::chrono::milliseconds wait = {}, poll_id poll = {}) {
    return sim.claim(sim.worker("w1", "", "boot-2"), wait, poll);
  }
};

} // namespace

TEST_CASE_METHOD(restarted, "a runner that was started anew gets its old job before a newer one", "[worker]") {
  const auto wait = GENERATE(0s, 25s);
  const auto one = again(wait);
  const auto two = again(wait);
  const auto three = again(wait);
  sim.settle();
  CHECK(job_of(one) == old);
  CHECK(job_of(two) == newer);
  CHECK(three.arrived() == (wait == 0s));
}

TEST_CASE("all jobs of a runner's former start stand in line before the new one chooses", "[worker]") {
  simulation sim;
  std::vector<job_id> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(sim.job_for());
  for (int i = 0; i < 4; ++i)
    sim.grant_to(sim.worker("w1", "", "boot-1"));
  sim.order.emplace(GENERATE(range(1, 20))); // whichever of them is requeued first
  for (const auto& id : ids)
    CHECK(sim.grant_to(sim.worker("w1", "", "boot-2")).document.head.id == id);
}

TEST_CASE_METHOD(restarted, "other workers do not wait until a runner's old jobs are back", "[worker]") {
  const auto mine = again();
  const auto other = sim.claim(sim.worker("w2"));
  sim.settle();
  CHECK(job_of(other) == newer);
  CHECK(job_of(mine) == old);
}

TEST_CASE_METHOD(restarted, "a claim of the runner's former start does not wait", "[worker]") {
  const auto mine = again();
  const auto late = sim.claim(sim.worker("w1", "", "boot-1"));
  sim.settle();
  CHECK(job_of(late) == newer);
  CHECK(job_of(mine) == old);
}

TEST_CASE_METHOD(restarted, "another worker that waits gets the old job when it is back", "[worker]") {
  const auto first_of_all = sim.claim(sim.worker("w2"), 25s);
  const auto waiting = sim.claim(sim.worker("w2"), 25s);
  sim.settle();
  CHECK(job_of(first_of_all) == newer);
  const auto mine = again();
  sim.settle();
  CHECK(job_of(waiting) == old);
  CHECK(job_of(mine) == std::nullopt);
}

TEST_CASE_METHOD(restarted, "a claim whose client leaves while the old jobs come back gets none", "[worker]") {
  const auto mine = again(25s, poll_id{7});
  sim.broker->ask(poll_closed{poll_id{7}});
  sim.settle();
  CHECK_FALSE((mine.ok() && mine->has_value()));
  CHECK(sim.record(old).status == job_status::queued);
  CHECK(sim.record(newer).status == job_status::queued);
}

TEST_CASE("a claim waits for old jobs for a moment only", "[worker]") {
  const actor_time now{};
  const job_id id{{1}};
  returning_jobs returning;
  returning.expect(id, "w1");
  waiting_claim claim;
  claim.request.worker.worker_id = "w1";
  claim.ticket = 7;
  returning.hold(std::move(claim), now);
  REQUIRE(returning.next_due() == now + returning_jobs::wait_max);
  CHECK_FALSE(returning.take_due(now + returning_jobs::wait_max - 1ms));
  const auto taken = returning.take_due(now + returning_jobs::wait_max);
  REQUIRE(taken);
  CHECK(taken->ticket == 7);
  CHECK(returning.expects_any_of("w1"));
  CHECK(returning.came(id).empty());
  CHECK_FALSE(returning.expects_any_of("w1"));
}

TEST_CASE_METHOD(restarted, "a job whose requeue cannot be committed keeps its lease, the claim goes on", "[worker]") {
  sim.store.fail_next(1, {ec::store_full, "full"});
  const auto mine = again();
  sim.settle();
  CHECK(job_of(mine) == newer);
  CHECK(sim.record(old).status == job_status::running);
}

TEST_CASE_METHOD(restarted, "a drained runner that was started anew gets nothing", "[worker]") {
  sim.settles = true;
  sim.drain("w1", true);
  const auto mine = again(25s);
  CHECK_FALSE(mine.arrived());
  sim.drain("w1", false);
  CHECK(job_of(mine) == old);
}

TEST_CASE_METHOD(restarted, "a broker that goes down answers claims that wait for old jobs", "[worker]") {
  const auto mine = again(25s);
  const auto stopped = sim.shut_down();
  sim.settle();
  CHECK(job_of(mine) == std::nullopt);
  CHECK(stopped.ok());
}

TEST_CASE_METHOD(restarted, "an old job that ends meanwhile is waited for no longer", "[worker]") {
  const auto late = sim.finish(old, sim.proof_of(first));
  const auto mine = again();
  sim.settle();
  CHECK(late.ok());
  CHECK(sim.record(old).end == job_end::done);
  CHECK(job_of(mine) == newer);
}

TEST_CASE_METHOD(restarted, "a second restart in the middle of the first changes nothing", "[worker]") {
  const auto mine = again();
  const auto next = sim.claim(sim.worker("w1", "", "boot-3"));
  sim.settle();
  CHECK(job_of(mine) == old);
  CHECK(job_of(next) == newer);
}
