// A job for which a claim waits is created and given away in one commit.

#include "test/support/broken_store.hpp"
#include "test/support/own_tokens.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

const std::string kid_a = "oc0000000000000a";

struct expected {
  expected() {
    sim.instead_of_store = &store;
    sim.restart();
    held = sim.claim(sim.worker("w1"), 60s);
  }

  static new_job keyed() {
    new_job x;
    x.command = "ping";
    x.payload = "payload";
    x.create_key = "k";
    x.create_digest = "d";
    return x;
  }

  std::vector<job_event_kind> history(const job_id& id) const {
    std::vector<job_event_kind> kinds;
    const auto events = store.events(id, 0, 100);
    for (const auto& x : *events)
      kinds.push_back(x.kind);
    return kinds;
  }

  simulation sim;
  broken_store store{sim.store};
  pending<std::optional<grant>> held;
};

using kinds = std::vector<job_event_kind>;

} // namespace

TEST_CASE_METHOD(expected, "one commit makes a job and gives it to the claim that waits for it", "[birth]") {
  const auto made = sim.create(keyed());
  CHECK(store.commits == 1);
  REQUIRE(made.ok());
  CHECK(made->status == job_status::queued); // as it is told of every new job
  REQUIRE(held.ok());
  const auto& head = (*held)->document.head;
  CHECK(head.id == made->id);
  CHECK(head.attempt == 1);
  CHECK((*held)->document.payload == "payload");
  CHECK(history(made->id) == kinds{job_event_kind::created, job_event_kind::claimed});
  CHECK(sim.record(made->id).lease_id == head.lease_id);
  CHECK(sim.figures().running == 1);
  CHECK(sim.finish(made->id, sim.proof_of(**held)).ok());
  CHECK(sim.figures().running == 0);
}

TEST_CASE_METHOD(expected, "the lease of a job that never waited ends like any other", "[birth]") {
  const auto id = sim.job_for();
  sim.pass(1h);
  CHECK(sim.record(id).status == job_status::queued);
  CHECK(sim.grant_to(sim.worker("w2")).document.head.attempt == 2);
}

TEST_CASE_METHOD(expected, "a claim whose new job is refused waits for the next", "[birth]") {
  sim.store.fail_next(1, {ec::store_full, "full"});
  CHECK(sim.create(keyed()).code() == ec::store_full);
  CHECK_FALSE(held.arrived());
  CHECK(sim.figures().queued + sim.figures().running == 0);
  CHECK(sim.figures().waiting_claims == 1);
  const auto again = sim.create(keyed()); // the key of what is none is free
  REQUIRE(held.ok());
  CHECK((*held)->document.head.id == again->id);
  CHECK_FALSE(again->repeated);
}

TEST_CASE_METHOD(expected, "a full store refuses a job with its claim, and takes the result beside it", "[birth]") {
  const auto busy = sim.claim(sim.worker("w2", "gpu"), 60s);
  const auto other = sim.job_for("gpu");
  store.refuses_creates = true;
  store.commits = 0;
  pending<created_job> made;
  pending<finish_request::answer_type> finished;
  sim.broker->ask(finish_request{other, sim.proof_of(**busy), finish_kind::result, "r", finished.promise()});
  sim.broker->ask(create_request{keyed(), made.promise()});
  sim.settle();
  CHECK(finished.ok());
  CHECK(made.code() == ec::store_full);
  CHECK(sim.figures().waiting_claims == 1);
}

TEST_CASE_METHOD(expected, "a create that is sent again while its job is being made is the same job", "[birth]") {
  pending<created_job> first, second;
  sim.broker->ask(create_request{keyed(), first.promise()});
  sim.broker->ask(create_request{keyed(), second.promise()});
  SECTION("which comes to be") {
    sim.settle();
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK(second->id == first->id);
    CHECK(second->repeated);
  }
  SECTION("which does not") {
    sim.store.fail_next(1, {ec::store_full, "full"});
    sim.settle();
    CHECK(first.code() == ec::store_full);
    CHECK(second.code() == ec::store_full);
  }
  CHECK(sim.figures().running == (first.ok() ? 1 : 0));
}

TEST_CASE_METHOD(expected, "a job with a time of its own goes the long way", "[birth]") {
  auto what = keyed();
  what.deadline_s = sim.wall_ms / 1'000 + 10;
  const auto made = sim.create(what);
  CHECK(store.commits == 2);
  REQUIRE(held.ok());
  CHECK(sim.release(made->id, sim.proof_of(**held)).ok());
  sim.pass(11s);
  CHECK(sim.record(made->id).status == job_status::failed);
}

TEST_CASE_METHOD(expected, "a job actor that crashes before its job is there leaves none behind", "[birth]") {
  const auto plenty = sim.draws_left;
  const auto born = sim.job_for();
  const auto drawn = plenty - sim.draws_left; // by the queue for the id, then by the job for its lease
  CHECK(sim.finish(born, sim.proof_of(**held)).ok());
  const auto next = sim.claim(sim.worker("w1"), 60s);
  sim.draws_left = drawn - 1;
  CHECK(sim.create(keyed()).code() == ec::unavailable);
  CHECK(next.code() == ec::unavailable);
  CHECK(*sim.store.newest() == born);
  CHECK(sim.figures().queued + sim.figures().running == 0);
  sim.draws_left = plenty;
  const auto again = sim.create(keyed());
  REQUIRE(again.ok());
  CHECK_FALSE(again->repeated);
  CHECK(sim.shut_down().ok());
}

TEST_CASE_METHOD(expected, "a token that is revoked while its claim gets a new job gives it back", "[birth]") {
  auto who = sim.worker("w9", "gpu");
  who.kid = kid_a;
  const auto theirs = sim.claim(who, 60s);
  new_job what;
  what.required = caps::from_list("gpu");
  pending<created_job> made;
  pending<access_token> revoked;
  sim.broker->ask(create_request{what, made.promise()});
  sim.broker->ask(token_revoke_request{kid_a, "", revoked.promise()});
  sim.settle();
  REQUIRE(made.ok());
  CHECK(sim.record(made->id).status == job_status::queued);
  CHECK(sim.record(made->id).attempt == 0);
}

TEST_CASE_METHOD(expected, "a broker that ends waits for the job that is being made", "[birth]") {
  pending<created_job> made;
  pending<done> down;
  sim.broker->ask(create_request{keyed(), made.promise()});
  sim.broker->ask(shutdown_request{down.promise()});
  sim.settle();
  CHECK(down.ok());
  REQUIRE(made.ok());
  REQUIRE(held.ok());
  CHECK(sim.record(made->id).status == job_status::running);
}
