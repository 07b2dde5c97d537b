#include "actors/shared/guard.hpp"
#include "test/support/broken_store.hpp"
#include "test/support/inspection_house.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

struct skipping_state {
  actor_facts facts() const { return {{"skips", true}}; }
  static inline const char* name = "skipping";
};

caf::behavior skipping_actor(observed<skipping_state>* self) {
  guard(self);
  self->set_default_handler(caf::skip);
  return {[](const std::string&) {}};
}

/// A broker, and an inspection that looks at it.
struct looked_at {
  looked_at() {
    sim.instead_of_store = &store;
    sim.restart();
  }

  /// Asks, and lets everybody work.
  void look(const std::string& question) {
    house.ask(question);
    sim.settle();
    house.settle();
  }

  void pass(std::chrono::milliseconds time) {
    sim.pass(time);
    house.pass(time);
  }

  simulation sim;
  broken_store store{sim.store};
  inspection_house house{sim.roster(), sim.scheduler().clock().now()};
};

} // namespace

TEST_CASE_METHOD(looked_at, "actors hang under who spawned them, and a group under its supervisor", "[inspection]") {
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1"));
  look("tree");
  REQUIRE(house.named("supervisor").size() == 1);
  const auto supervisor = house.named("supervisor").front().id;
  for (const char* part : {"job_store", "tokens", "job_queue"}) {
    REQUIRE(house.named(part).size() == 1);
    CHECK(house.named(part).front().parent == supervisor);
  }
  REQUIRE(house.named("job").size() == 1);
  const auto job = house.named("job").front();
  CHECK(job.parent == house.named("job_queue").front().id);
  CHECK(fact(job, "job_id") == to_string(id));
  CHECK(fact(job, "status") == "running");
  REQUIRE(house.named("lease").size() == 1);
  CHECK(house.named("lease").front().parent == job.id);
  CHECK(fact(house.named("lease").front(), "ends_in_ms") == "60000");
  CHECK(fact(house.named("worker").front(), "worker_id") == "w1");
}

TEST_CASE_METHOD(looked_at, "one actor is told with its children and nobody else", "[inspection]") {
  sim.job_for();
  sim.grant_to(sim.worker("w1"));
  look("tree");
  const auto job = house.named("job").front().id;
  look("actor " + std::to_string(job));
  REQUIRE(house.last().actors.size() == 2);
  CHECK(house.last().actors[0].name == "job");
  CHECK(house.last().actors[1].name == "lease");
  house.said();
  house.said();
  look("actor 99999");
  CHECK(house.said() == "refused: no actor 99999 lives here");
}

TEST_CASE_METHOD(looked_at, "a broker that hangs is told with its silent actors and what waits for them",
                 "[inspection]") {
  sim.settles = false;
  for (int i = 0; i < 5; ++i)
    sim.create({});
  sim.advance(3s);
  house.pass(3s);
  house.ask("tree");
  CHECK(house.answers() == 0); // it waits for the actors
  house.pass(inspection_limits::facts_wait);
  REQUIRE(house.answers() == 1);
  const auto queue = house.named("job_queue").front();
  CHECK(queue.silent);
  CHECK(queue.mailbox.waiting == 5);
  CHECK(queue.mailbox.oldest == 3s);
  CHECK_FALSE(queue.mailbox.in_hand);
  sim.settle(); // what they say now is too late
  house.settle();
  CHECK(house.answers() == 1);
  look("tree");
  CHECK_FALSE(house.named("job_queue").front().silent);
  CHECK(house.named("job_queue").front().mailbox.waiting == 0);
}

TEST_CASE_METHOD(looked_at, "an actor that skips messages tells of itself, and they wait", "[inspection]") {
  const auto skips = sim.actors().spawn(skipping_actor);
  caf::anon_send(skips, 1);
  pass(2s);
  look("tree");
  const auto told = house.named("skipping").front();
  CHECK(fact(told, "skips") == "true");
  CHECK(told.mailbox.waiting == 1);
  CHECK(told.mailbox.oldest == 2s);
  caf::anon_send_exit(skips, caf::exit_reason::user_shutdown);
  sim.settle();
}

TEST_CASE_METHOD(looked_at, "a crash is noted at the parent and told as an event", "[inspection]") {
  sim.job_for();
  look("events 0");
  const auto before = house.last().events_seen;
  store.on_text = 1;
  CHECK(sim.claim(sim.worker("w1")).code() == ec::unavailable);
  pass(7s);
  look("tree");
  const auto queue = house.named("job_queue").front();
  REQUIRE(queue.last_failure);
  CHECK(queue.last_failure->ago == 7s);
  CHECK(queue.last_failure->why.starts_with("job: "));
  look("events " + std::to_string(before));
  const auto& events = house.last().events;
  const auto crash = std::find_if(events.begin(), events.end(),
                                  [](const actor_event& x) { return x.kind == actor_event_kind::failed; });
  REQUIRE(crash != events.end());
  CHECK(crash->name == "job");
  CHECK(crash->ago == 7s);
  CHECK(crash->number > before);
}

TEST_CASE_METHOD(looked_at, "an end in good order is no failure", "[inspection]") {
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  CHECK(sim.finish(id, sim.proof_of(given)).ok());
  look("tree");
  CHECK(house.named("job").empty());
  for (const auto& x : house.last().actors)
    CHECK_FALSE(x.last_failure);
  look("events 0");
  for (const auto& x : house.last().events)
    CHECK(x.kind != actor_event_kind::failed);
}

TEST_CASE_METHOD(looked_at, "events are forgotten, the oldest first", "[inspection]") {
  for (std::size_t i = 0; i < inspection_limits::events_kept; ++i) {
    const auto id = sim.job_for();
    sim.finish(id, sim.proof_of(sim.grant_to(sim.worker("w1"))));
  }
  look("events 0");
  CHECK(house.last().events.size() == inspection_limits::events_kept);
  CHECK(house.last().events.back().number == house.last().events_seen);
  CHECK(house.last().events.front().number == house.last().events_seen - inspection_limits::events_kept + 1);
}

TEST_CASE_METHOD(looked_at, "questions that are none, too long or too many are refused", "[inspection]") {
  look("what");
  CHECK(house.said() == "refused: no question");
  look(std::string(inspection_limits::question_bytes_max + 1, 'x'));
  CHECK(house.said() == "refused: the question is too long");
  for (std::size_t i = 0; i < inspection_limits::gathers_max; ++i)
    house.ask("tree");
  CHECK(house.said().empty());
  house.ask("tree");
  CHECK(house.said() == "refused: too many questions at a time; ask again");
  house.pass(inspection_limits::facts_wait);
  CHECK(house.answers() == inspection_limits::gathers_max);
  look("tree");
  CHECK(house.answers() == inspection_limits::gathers_max + 1);
}

TEST_CASE("an inspection may end before the actors that it has asked", "[inspection]") {
  simulation sim;
  {
    inspection_house house{sim.roster(), sim.scheduler().clock().now()};
    house.ask("tree");
  }
  sim.settle();
  CHECK(sim.create({}).ok());
}
