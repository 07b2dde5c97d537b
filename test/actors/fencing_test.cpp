#include "actors/domain/limits.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE("the same result posted twice counts once", "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  const auto first = sim.finish(id, sim.proof_of(given), "one");
  REQUIRE(first.ok());
  CHECK(first->status == job_status::done);
  CHECK(first->note.empty());
  const auto again = sim.finish(id, sim.proof_of(given), "two");
  REQUIRE(again.ok());
  CHECK(again->status == job_status::done);
  CHECK(sim.text(id, job_text::result) == "one");
  const auto fail = sim.finish(id, sim.proof_of(given), "no", finish_kind::failure);
  REQUIRE(fail.ok());
  CHECK(fail->note == "already done; fail ignored");
  CHECK(sim.record(id).worker_id == "w1");
  CHECK(sim.record(id).started_s);
  CHECK_FALSE(sim.record(id).lease_until_s);
}

TEST_CASE("a result of an expired lease counts as long as nobody has claimed the job",
          "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.pass(60s);
  REQUIRE(sim.record(id).status == job_status::queued);
  const auto late = sim.finish(id, sim.proof_of(given), "late but good");
  REQUIRE(late.ok());
  CHECK(late->late);
  CHECK(sim.text(id, job_text::result) == "late but good");
  CHECK_FALSE(sim.claim(sim.worker("w2"))->has_value());
  CHECK(sim.finish(id, sim.proof_of(given)).ok()); // its reply may have been lost
}

TEST_CASE("a job that a late result ends shows whose attempt it was, and since when", "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("before"));
  sim.pass(60s);
  const auto given = sim.grant_to(sim.worker("w1"));
  const auto started_s = sim.record(id).started_s;
  const auto kind = GENERATE(finish_kind::result, finish_kind::failure);
  const auto events = GENERATE(0u, limits::page_events_max - 1, 3 * limits::page_events_max);
  REQUIRE(sim.progress(id, sim.proof_of(given), std::vector<progress_entry>(events)).ok());
  sim.pass(60s);
  REQUIRE_FALSE(sim.record(id).started_s);
  REQUIRE(sim.finish(id, {given.document.head.lease_id, {}}, "late", kind)->late);
  CHECK(sim.record(id).worker_id == "w1");
  CHECK(sim.record(id).started_s == started_s);
  CHECK(sim.store.events(id, sim.record(id).events - 1, 1)->back().worker_id == "w1");
}

TEST_CASE("a result of a stale attempt is refused and kept for people", "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto first = sim.grant_to(sim.worker("w1"));
  sim.pass(60s);
  const auto second = sim.grant_to(sim.worker("w2"));
  const auto stale = sim.finish(id, sim.proof_of(first), "stale");
  CHECK(stale.code() == ec::lease_lost);
  CHECK(stale.why() == "lease lost");
  CHECK(sim.record(id).status == job_status::running);
  CHECK(sim.record(id).lease_id == second.document.head.lease_id);
  const auto events = sim.store.events(id, 0, 100);
  CHECK(events->back().kind == job_event_kind::late_result);
  CHECK(events->back().worker_id == "w1");
  CHECK(sim.renew(id, sim.proof_of(first)).code() == ec::lease_lost);
  CHECK(sim.progress(id, sim.proof_of(first), {{}}).code() == ec::lease_lost);
  CHECK(sim.release(id, sim.proof_of(first)).code() == ec::lease_lost);
  CHECK(sim.finish(id, sim.proof_of(second), "good").ok());
  CHECK(sim.text(id, job_text::result) == "good");
}

TEST_CASE("an old worker is matched by its name and else believed", "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  CHECK(sim.finish(id, {}).why() == "job not in running state: queued");
  CHECK(sim.finish(id, {}).code() == ec::not_running);
  sim.grant_to(sim.worker("w1"));
  CHECK(sim.finish(id, {std::nullopt, "w2"}).code() == ec::lease_lost);
  CHECK(sim.finish(id, {std::nullopt, "w1"}).ok());

  const auto nameless = sim.job_for();
  sim.grant_to(sim.worker(""));
  CHECK(sim.finish(nameless, {std::nullopt, "w2"}).ok());
}

TEST_CASE("an old worker may fail a job that is queued", "[fencing]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto failed = sim.finish(id, {}, "unknown", finish_kind::failure);
  REQUIRE(failed.ok());
  CHECK(failed->status == job_status::failed);
  CHECK(sim.finish(id, {})->note == "already failed; result ignored");
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
}

TEST_CASE("a job that nobody knows is not found", "[fencing]") {
  simulation sim;
  const auto nobody = *parse_job_id("018bcfe5-6800-7000-a245-bd5fbb686f68");
  CHECK(sim.finish(nobody, {}).code() == ec::no_such_job);
  CHECK(sim.renew(nobody, {}).code() == ec::no_such_job);
  CHECK(sim.cancel(nobody).why() == "job not found");
  CHECK(sim.retry(nobody).code() == ec::no_such_job);
  CHECK(sim.watch(nobody, 0, 1s).code() == ec::no_such_job);
}

TEST_CASE("cancelling a running job stops its runner and voids its result", "[cancel]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  const auto cancelled = sim.cancel(id);
  REQUIRE(cancelled.ok());
  CHECK(cancelled->end == job_end::cancelled);
  CHECK(sim.text(id, job_text::error) == "cancelled");
  const auto beat = sim.renew(id, sim.proof_of(given));
  REQUIRE(beat.ok());
  CHECK(beat->cancel);
  CHECK(sim.progress(id, sim.proof_of(given), {{}})->cancel);
  const auto result = sim.finish(id, sim.proof_of(given));
  REQUIRE(result.ok());
  CHECK(result->status == job_status::failed);
  CHECK(result->note == "already failed; result ignored");
  sim.pass(600s);
  CHECK(sim.record(id).end == job_end::cancelled);
  CHECK(sim.cancel(id).ok());
}

TEST_CASE("a cancelled job leaves the queue, a retried one comes back", "[cancel]") {
  simulation sim;
  const auto id = sim.job_for();
  CHECK(sim.retry(id).code() == ec::not_failed);
  CHECK(sim.cancel(id).ok());
  CHECK(sim.figures().queued == 0);
  CHECK_FALSE(sim.claim(sim.worker("w1"))->has_value());
  const auto again = sim.retry(id);
  REQUIRE(again.ok());
  CHECK(again->attempt == 0);
  const auto given = sim.grant_to(sim.worker("w1"));
  CHECK(given.document.head.id == id);
  CHECK(given.document.head.attempt == 1);
}

TEST_CASE("a retry voids every lease before it", "[cancel]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto first = sim.grant_to(sim.worker("w1"));
  sim.finish(id, sim.proof_of(first), "no", finish_kind::failure);
  CHECK(sim.retry(id).ok());
  CHECK(sim.finish(id, sim.proof_of(first)).code() == ec::lease_lost);
  CHECK(sim.record(id).status == job_status::queued);
}
