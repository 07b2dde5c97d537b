// Whoever has an answer may ask the next question at once, from within the answer: the queue must then know the job as
// it is.

#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

/// A promise that, when it is kept, asks the next question before anybody else can say a word.
template <class T, class Next>
reply<T> and_then(Next next) {
  return reply<T>{[next = std::move(next)](const outcome<T>&) { next(); }};
}

struct next_claim {
  simulation& sim;
  pending<std::optional<grant>> got = {};

  void operator()() const {
    sim.broker->ask(claim_request{simulation::worker("w2"), 0ms, {}, got.promise()});
  }
};

broker_system_config one_job_at_a_time() {
  broker_system_config config;
  config.open_jobs_max = 1;
  return config;
}

/// A create that is refused while the queue believes that another job is open.
struct next_create {
  simulation& sim;
  pending<created_job> made = {};

  void operator()() const {
    new_job what;
    what.command = "ping";
    sim.broker->ask(create_request{std::move(what), made.promise()});
  }
};

} // namespace

TEST_CASE("who hears that a job was released can claim it at once", "[order]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto proof = simulation::proof_of(sim.grant_to(sim.worker("w1")));
  const next_claim next{sim};
  sim.broker->ask(release_request{id, proof, and_then<done>(next)});
  sim.settle();
  REQUIRE(next.got.ok());
  CHECK(next.got->has_value());
}

TEST_CASE("who hears that a job was retried can claim it at once", "[order]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto proof = simulation::proof_of(sim.grant_to(sim.worker("w1")));
  REQUIRE(sim.finish(id, proof, "no", finish_kind::failure).ok());
  const next_claim next{sim};
  sim.broker->ask(retry_request{id, and_then<job>(next)});
  sim.settle();
  REQUIRE(next.got.ok());
  CHECK(next.got->has_value());
}

TEST_CASE("who sees the event of a requeue can claim the job at once", "[order]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1"));
  const next_claim next{sim};
  sim.broker->ask(watch_request{id, sim.record(id).events, 100s, {},
                                and_then<bool>(next)});
  sim.settle();
  sim.pass(60s);
  REQUIRE(next.got.ok());
  CHECK(next.got->has_value());
}

TEST_CASE("who hears that a job has ended finds its place free at once", "[order]") {
  simulation sim{one_job_at_a_time()};
  const auto finished = sim.job_for();
  const auto proof = simulation::proof_of(sim.grant_to(sim.worker("w1")));
  const next_create after_result{sim};
  sim.broker->ask(
      finish_request{finished, proof, finish_kind::result, "",
                     and_then<finish_request::answer_type>(after_result)});
  sim.settle();
  REQUIRE(after_result.made.ok());

  const next_create after_cancel{sim};
  sim.broker->ask(cancel_request{after_result.made->id, and_then<job>(after_cancel)});
  sim.settle();
  CHECK(after_cancel.made.ok());
}
