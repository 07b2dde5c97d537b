#include "test/support/broken_store.hpp"
#include "test/support/log_lines.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

broker_system_config config_of(retention_limits limits, bool dry_run = false) {
  broker_system_config x;
  x.retention = {limits, dry_run, 60s};
  return x;
}

/// A whole life.
job_id finished_job(simulation& sim, const std::string& create_key = "") {
  new_job what;
  what.command = "ping";
  what.create_key = create_key;
  const auto id = sim.create(std::move(what))->id;
  const auto given = sim.grant_to(sim.worker("w"));
  REQUIRE(sim.finish(id, sim.proof_of(given)).ok());
  return id;
}

std::vector<job_id> finished_jobs(simulation& sim, unsigned count) {
  std::vector<job_id> ids;
  while (count-- > 0)
    ids.push_back(finished_job(sim));
  return ids;
}

bool is_there(const simulation& sim, const job_id& id) {
  return (*sim.store.find(id)).has_value();
}

uint64_t jobs_of(const simulation& sim) {
  return sim.store.usage()->jobs;
}

} // namespace

TEST_CASE("a broker without limits keeps every job", "[retention]") {
  simulation sim;
  finished_jobs(sim, 3);
  sim.pass(1'000h);
  CHECK(jobs_of(sim) == 3);
}

TEST_CASE("ended jobs go when they are too old", "[retention]") {
  simulation sim{config_of({1h, {}, {}})};
  const auto old = finished_job(sim);
  const auto waiting = sim.job_for("nobody");
  sim.pass(59min);
  const auto young = finished_job(sim);
  CHECK(is_there(sim, old));
  sim.pass(2min);
  CHECK_FALSE(is_there(sim, old));
  CHECK(is_there(sim, waiting));
  CHECK(is_there(sim, young));
  CHECK(sim.figures().queued == 1);
  CHECK(sim.cancel(old).code() == ec::no_such_job);
}

TEST_CASE("the oldest of too many ended jobs go, and open ones do not count", "[retention]") {
  simulation sim{config_of({{}, 2, {}})};
  sim.job_for("nobody");
  const auto ids = finished_jobs(sim, 5);
  sim.pass(61s);
  CHECK(jobs_of(sim) == 3);
  CHECK_FALSE(is_there(sim, ids[2]));
  CHECK(is_there(sim, ids[3]));
}

TEST_CASE("a few thousand jobs go a batch at a time", "[retention]") {
  simulation sim{config_of({{}, 10, {}})};
  for (uint64_t n = 1; n <= 3'000; ++n) {
    auto x = completion(n);
    x.after.finished_s = sim.wall_ms / 1'000;
    REQUIRE(sim.store.commit({creation(n), x}));
  }
  sim.pass(60s);
  CHECK(jobs_of(sim) == 3'000 - limits::prune_jobs_max);
  sim.pass(50ms);
  CHECK(jobs_of(sim) == 3'000 - limits::prune_jobs_max); // others have their turn
  for (int i = 0; i < 50; ++i)
    sim.pass(100ms);
  CHECK(jobs_of(sim) == 10);
}

TEST_CASE("ended jobs go until the rest fits", "[retention]") {
  simulation sim;
  for (uint64_t n = 1; n <= 700; ++n) {
    auto x = completion(n, std::string(n % 7 * 1'000, 'r'));
    x.after.finished_s = sim.wall_ms / 1'000;
    REQUIRE(sim.store.commit({creation(n), x}));
  }
  const auto most = sim.store.usage()->job_bytes / 3;
  simulation limited{config_of({{}, {}, most})};
  limited.instead_of_store = &sim.store;
  limited.restart();
  limited.pass(60s);
  for (int i = 0; i < 50; ++i)
    limited.pass(500ms); // one round
  const auto left = *sim.store.usage();
  CHECK(left.job_bytes <= most);
  CHECK(left.job_bytes > most * 9 / 10);
  CHECK_FALSE(is_there(sim, sample_id(1)));
  CHECK(is_there(sim, sample_id(700)));
}

TEST_CASE("a dry run names each job once and takes none", "[retention]") {
  simulation sim{config_of({{}, 1, {}}, true)};
  const auto ids = finished_jobs(sim, 3);
  log_lines log;
  sim.pass(61s);
  sim.pass(61s);
  CHECK(jobs_of(sim) == 3);
  CHECK(log.count("event=job_would_be_pruned job_id=" + to_string(ids[0]) + " reason=count") == 1);
  CHECK(log.count("event=job_would_be_pruned job_id=" + to_string(ids[1])) == 1);
  CHECK(log.count("event=job_would_be_pruned") == 2);
  CHECK(log.count("event=job_pruned") == 0);
  CHECK(log.count("event=retention_round would_be_pruned=2 kept=0 dry_run=true") == 2);
}

TEST_CASE("every job that goes has its line, and every round that took some", "[retention]") {
  simulation sim{config_of({{}, 1, {}})};
  const auto ids = finished_jobs(sim, 3);
  log_lines log;
  sim.pass(61s);
  sim.pass(61s);
  CHECK(log.count("event=job_pruned job_id=" + to_string(ids[1]) + " reason=count") == 1);
  CHECK(log.count("event=job_pruned") == 2);
  CHECK(log.count("event=retention_round pruned=2 kept=0 dry_run=false") == 1);
  CHECK(log.count("event=retention_round") == 1);
}

TEST_CASE("a job whose Idempotency-Key may still be sent again stays a day", "[retention]") {
  simulation sim{config_of({1h, 1, {}})};
  const auto keyed = finished_job(sim, "k");
  const auto other = finished_job(sim);
  sim.pass(2h);
  CHECK(is_there(sim, keyed));
  CHECK_FALSE(is_there(sim, other));
  new_job again;
  again.command = "ping";
  again.create_key = "k";
  CHECK(sim.create(again)->id == keyed);
  sim.restart(); // which reads the keys again
  sim.pass(2h);
  CHECK(sim.create(again)->id == keyed);
  sim.pass(21h);
  CHECK_FALSE(is_there(sim, keyed));
  CHECK(sim.create(again)->id != keyed);
}

TEST_CASE("whoever asks for a job on its way out is told to ask again, and then that it is gone", "[retention]") {
  simulation sim{config_of({{}, 1, {}})};
  broken_store store{sim.store};
  sim.instead_of_store = &store;
  sim.restart();
  const auto id = sim.job_for();
  REQUIRE(sim.cancel(id).ok());
  finished_job(sim);
  pending<job> retried;
  store.before_erase = [&] {
    sim.broker->ask(retry_request{id, retried.promise()});
    sim.settle();
  };
  sim.pass(61s);
  CHECK(retried.code() == ec::unavailable);
  CHECK_FALSE(is_there(sim, id));
  CHECK(sim.retry(id).code() == ec::no_such_job);
}

TEST_CASE("a job that is queued again while it is chosen stays", "[retention]") {
  simulation sim{config_of({{}, 1, {}})};
  const auto id = sim.job_for();
  REQUIRE(sim.cancel(id).ok());
  finished_job(sim);
  for (unsigned steps = 0; steps < 12; ++steps) {
    sim.settles = false;
    sim.advance(61s);
    sim.run_steps(steps);
    const auto again = sim.retry(id);
    sim.settle();
    sim.settles = true;
    REQUIRE(again.arrived());
    if (!again.ok()) {
      CHECK((again.code() == ec::unavailable || again.code() == ec::no_such_job));
      CHECK_FALSE(is_there(sim, id));
      return;
    }
    CHECK(sim.record(id).status == job_status::queued);
    CHECK(sim.figures().queued == 1);
    REQUIRE(sim.cancel(id).ok());
    finished_job(sim); // one too many again
  }
}

TEST_CASE("a full store keeps what cannot be taken out, and the next round takes it", "[retention]") {
  simulation sim{config_of({{}, 1, {}})};
  broken_store store{sim.store};
  sim.instead_of_store = &store;
  sim.restart();
  finished_jobs(sim, 3);
  store.refuses_all = true;
  log_lines log;
  sim.pass(61s);
  CHECK(jobs_of(sim) == 3);
  CHECK(log.count("event=retention_failed ec=store_full") == 1);
  store.refuses_all = false;
  sim.pass(61s);
  CHECK(jobs_of(sim) == 1);
}

TEST_CASE("an end in good order waits for what is on its way out", "[retention]") {
  simulation sim{config_of({{}, 1, {}})};
  finished_jobs(sim, 3);
  sim.settles = false;
  sim.advance(61s);
  sim.run_steps(3);
  const auto stopped = sim.shut_down();
  sim.settle();
  CHECK(stopped.ok());
  const auto left = jobs_of(sim);
  CHECK((left == 1 || left == 3));
}
