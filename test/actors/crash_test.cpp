#include "test/support/broken_store.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

struct fragile {
  fragile() {
    sim.instead_of_store = &store;
    sim.restart();
  }

  simulation sim;
  broken_store store{sim.store};
};

} // namespace

TEST_CASE_METHOD(fragile, "a job actor that crashes is woken again and loses nothing", "[crash]") {
  const auto id = sim.job_for();
  store.on_text = 1;
  CHECK(sim.claim(sim.worker("w1")).code() == ec::unavailable);
  CHECK(sim.record(id).status == job_status::queued);
  const auto given = sim.grant_to(sim.worker("w1"));
  CHECK(given.document.head.id == id);
  CHECK(sim.finish(id, sim.proof_of(given)).ok());
  CHECK(sim.figures().queued == 0);
}

TEST_CASE_METHOD(fragile, "a job that cannot be read does not stand in the way", "[crash]") {
  store.unreadable = sim.job_for();
  const auto next = sim.job_for();
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == next);
  const auto held = sim.claim(sim.worker("w1"), 25s);
  CHECK_FALSE(held.arrived());
  const auto last = sim.job_for();
  REQUIRE(held.ok());
  CHECK((*held)->document.head.id == last);
}

TEST_CASE_METHOD(fragile, "a job may be asked for before the queue hears of its commit", "[crash]") {
  const auto held = sim.claim(sim.worker("w1", "other"), 25s);
  pending<bool> watched;
  store.after_commit = [&] { // a listing shows it already
    watch_request early{*sim.store.newest(), 1, 10s, {}, watched.promise()};
    sim.broker->ask(std::move(early));
    sim.settle(); // the others are quicker than the store's news
  };
  const auto id = sim.job_for("gpu");
  CHECK_FALSE(held.arrived());
  CHECK(sim.figures().queued == 1);
  const auto given = sim.grant_to(sim.worker("w2", "gpu"));
  CHECK(given.document.head.id == id);
  REQUIRE(watched.ok());
  CHECK(*watched);
  CHECK(sim.finish(id, sim.proof_of(given)).ok());
  CHECK(sim.figures().queued == 0);
}

TEST_CASE_METHOD(fragile, "a job whose commit failed is not counted", "[crash]") {
  sim.store.fail_next(1, {ec::store_full, "full"});
  CHECK(sim.create({}).code() == ec::store_full);
  CHECK(sim.figures().queued == 0);
}

TEST_CASE_METHOD(fragile, "a queue that crashes is rebuilt from the store", "[crash]") {
  const auto running = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  const auto queued = sim.job_for("gpu");
  const auto held = sim.claim(sim.worker("w2", "other"), 25s);
  sim.cancel(sim.job_for("gpu"));
  store.on_find = 1;
  const auto ended = sim.store.list({job_status::failed, "", "", ""}, {}, 1)->jobs.at(0).id;
  CHECK(sim.cancel(ended).code() == ec::unavailable);
  CHECK(held.code() == ec::unavailable);
  CHECK(sim.claim(sim.worker("w2")).code() == ec::unavailable);
  sim.pass(1s);
  CHECK(sim.figures().running == 1);
  CHECK(sim.figures().queued == 1);
  CHECK(sim.finish(running, sim.proof_of(given)).ok()); // its lease is as good as ever
  CHECK(sim.grant_to(sim.worker("w2", "gpu")).document.head.id == queued);
  CHECK(sim.gave_up == 0);
}

TEST_CASE_METHOD(fragile, "a store actor that crashes takes the queue along, and both return",
                 "[crash]") {
  const auto id = sim.job_for();
  store.on_commit = 1;
  CHECK(sim.claim(sim.worker("w1")).code() == ec::unavailable);
  CHECK(sim.create({}).code() == ec::unavailable);
  sim.pass(1s);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == id);
}

TEST_CASE("a store that breaks once is read anew", "[crash]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.store.fail_next(1, {ec::store_broken, "the disk cannot be written"});
  CHECK(sim.create({}).code() == ec::store_broken);
  CHECK(sim.claim(sim.worker("w1")).code() == ec::unavailable);
  sim.pass(1s);
  CHECK(sim.grant_to(sim.worker("w1")).document.head.id == id);
  CHECK(sim.gave_up == 0);
}

TEST_CASE("a store that stays broken makes the broker give up", "[crash]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(sim.worker("w1")); // each start gives it a new term, which must be written down
  sim.store.fail_next(1'000, {ec::store_broken, "the disk cannot be written"});
  CHECK(sim.cancel(id).code() == ec::store_broken);
  for (int i = 0; i < 10; ++i)
    sim.pass(2s);
  CHECK(sim.gave_up == 1);
}

TEST_CASE_METHOD(fragile, "crashes without end make the broker give up", "[crash]") {
  store.on_load = 1'000;
  store.on_commit = 1;
  CHECK(sim.create({}).code() == ec::unavailable);
  for (int i = 0; i < 10; ++i)
    sim.pass(2s);
  CHECK(sim.gave_up == 1);
  CHECK(sim.create({}).code() == ec::unavailable);
}

TEST_CASE("what cannot be committed is refused and changes nothing", "[crash]") {
  simulation sim;
  const failure full{ec::store_full, "the disk is full"};
  sim.store.fail_next(1, full);
  CHECK(sim.create({}).code() == ec::store_full);
  const auto id = sim.job_for();
  CHECK(sim.figures().queued == 1);
  sim.store.fail_next(1, full);
  CHECK(sim.claim(sim.worker("w1")).code() == ec::store_full);
  CHECK(sim.record(id).status == job_status::queued);
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.store.fail_next(4, full);
  CHECK(sim.renew(id, sim.proof_of(given)).code() == ec::store_full);
  CHECK(sim.progress(id, sim.proof_of(given), {{}}).code() == ec::store_full);
  CHECK(sim.finish(id, sim.proof_of(given)).code() == ec::store_full);
  CHECK(sim.cancel(id).code() == ec::store_full);
  CHECK(sim.record(id).status == job_status::running);
  CHECK(sim.finish(id, sim.proof_of(given)).ok());
}

TEST_CASE("after a restart every lease holds for one more term", "[crash]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto given = sim.grant_to(sim.worker("w1"));
  sim.pass(59s);
  sim.restart();
  CHECK(sim.record(id).lease_until_s == sim.wall_ms / 1'000 + 60);
  sim.pass(59s);
  CHECK(sim.renew(id, sim.proof_of(given)).ok());
  sim.restart();
  sim.pass(60s);
  CHECK(sim.record(id).status == job_status::queued);
}

TEST_CASE("a checkpoint travels to the next attempt", "[crash]") {
  simulation sim;
  const auto id = sim.job_for();
  const auto first = sim.grant_to(sim.worker("w1"));
  CHECK_FALSE(first.checkpoint_json);
  const auto told
      = sim.progress(id, sim.proof_of(first),
                     {{job_event_kind::delta, "{}"}, {job_event_kind::checkpoint, "{1}"}});
  REQUIRE(told.ok());
  CHECK(told->sequence == 4);
  sim.restart();
  sim.pass(60s);
  CHECK(sim.grant_to(sim.worker("w2")).checkpoint_json == "{1}");
}

TEST_CASE("going down answers held polls and watches and takes nothing more", "[shutdown]") {
  simulation sim;
  const auto id = sim.job_for("absent");
  const auto poll = sim.claim(sim.worker("w1"), 25s);
  const auto watch = sim.watch(id, 1, 25s);
  CHECK(sim.shut_down().ok());
  REQUIRE(poll.ok());
  CHECK_FALSE(poll->has_value());
  REQUIRE(watch.ok());
  CHECK_FALSE(*watch);
  CHECK(sim.create({}).code() == ec::unavailable);
  CHECK(sim.claim(sim.worker("w1")).code() == ec::unavailable);
  CHECK(sim.cancel(id).code() == ec::unavailable);
}

TEST_CASE("a watch tells of events as they happen", "[watch]") {
  simulation sim;
  const auto id = sim.job_for();
  CHECK(*sim.watch(id, 0, 25s));
  const auto next = sim.watch(id, 1, 25s);
  CHECK_FALSE(next.arrived());
  const auto given = sim.grant_to(sim.worker("w1"));
  REQUIRE(next.ok());
  CHECK(*next);
  const auto quiet = sim.watch(id, 2, 25s);
  const auto closed = sim.watch(id, 2, 60s, poll_id{9});
  sim.pass(25s);
  REQUIRE(quiet.ok());
  CHECK_FALSE(*quiet);
  sim.broker->ask(poll_closed{poll_id{9}, id});
  sim.settle();
  CHECK(closed.arrived());
  const auto end = sim.watch(id, 2, 60s);
  CHECK(sim.finish(id, sim.proof_of(given)).ok());
  REQUIRE(end.ok());
  CHECK(*end);
  CHECK_FALSE(*sim.watch(id, 3, 60s)); // an ended job has no more news to wait for
}
