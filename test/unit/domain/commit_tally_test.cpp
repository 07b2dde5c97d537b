#include "actors/domain/commit_tally.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

job_change change_with(std::vector<job_event> events) {
  job_change x;
  x.events = std::move(events);
  return x;
}

job_event event(job_event_kind kind, std::string why = "") {
  job_event x;
  x.kind = kind;
  x.why = std::move(why);
  return x;
}

} // namespace

TEST_CASE("a histogram counts a value at its bound and below it", "[tally]") {
  histogram<2> x{{10, 100}};
  for (const uint64_t value : {0, 10, 11, 100, 101, 5'000})
    x.add(value);
  CHECK(x.count(0) == 2);
  CHECK(x.count(1) == 2);
  CHECK(x.count(2) == 2);
  CHECK(x.sum() == 5'222);
}

TEST_CASE("a commit that succeeds counts its events, its size and its time", "[tally]") {
  commit_tally x;
  x.begin(1'000);
  x.end({change_with({event(job_event_kind::created)}), change_with({event(job_event_kind::requeued, "lease_expired")}),
         change_with({event(job_event_kind::requeued, "released")}), change_with({event(job_event_kind::buried)})},
        done{}, 1'700);
  CHECK(x.events(job_event_kind::created) == 1);
  CHECK(x.events(job_event_kind::requeued) == 2);
  CHECK(x.requeues(lease_end::expired) == 1);
  CHECK(x.requeues(lease_end::released) == 1);
  CHECK(x.requeues(lease_end::worker_lost) == 0);
  CHECK(x.leases_lost() == 2); // what was given back is not lost
  CHECK(x.changes().sum() == 4);
  CHECK(x.times_us().sum() == 700);
  CHECK(x.last().trouble == ec::none);
}

TEST_CASE("a commit that fails counts nothing that it would have changed", "[tally]") {
  commit_tally x;
  x.begin(0);
  x.end({change_with({event(job_event_kind::created)})}, failure{ec::store_full, "full"}, 5);
  x.begin(6);
  x.end({change_with({event(job_event_kind::created)})}, failure{ec::store_broken, "broken"}, 9);
  CHECK(x.events(job_event_kind::created) == 0);
  CHECK(x.changes().sum() == 0);
  CHECK(x.failed_full() == 1);
  CHECK(x.failed_otherwise() == 1);
  CHECK(x.last().trouble == ec::store_broken);
  CHECK(x.last().at_us == 9);
}

TEST_CASE("a commit that is under way says for how long", "[tally]") {
  commit_tally x;
  CHECK_FALSE(x.under_way_us(50));
  x.begin(100);
  CHECK(x.under_way_us(350) == 250);
  x.end({}, done{}, 400);
  CHECK_FALSE(x.under_way_us(500));
}
