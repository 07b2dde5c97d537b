#include "actors/domain/job_soundness.hpp"
#include "actors/domain/job_transitions.hpp"
#include "test/support/catch.hpp"
#include "test/support/lived_jobs.hpp"

#include <algorithm>

using namespace claw;

namespace {

struct lived {
  job head;
  std::vector<job_event> events;

  void take(const job_change& x) {
    head = x.after;
    events.insert(events.end(), x.events.begin(), x.events.end());
  }
};

lived done_job() {
  lived x;
  for (const auto& change : whole_life(1))
    x.take(change);
  return x;
}

bool says(const lived& x, const std::string& words) {
  const auto found = faults_of(x.head, x.events);
  return std::any_of(found.begin(), found.end(),
                     [&](const std::string& fault) { return fault.find(words) != std::string::npos; });
}

} // namespace

TEST_CASE("a requeued job is sound whatever ended its lease", "[soundness]") {
  constexpr int64_t now_ms = 1'700'000'100'000;
  for (const auto why : {lease_end::expired, lease_end::worker_lost, lease_end::worker_restarted, lease_end::released,
                         lease_end::token_revoked}) {
    INFO(to_string(why));
    lived x;
    x.take(whole_life(1)[0]);
    x.take(claimed(x.head, {"w", "b", "lease", now_ms / 1'000 + 60}, now_ms));
    x.take(requeued(x.head, why, now_ms));
    CHECK(faults_of(x.head, x.events) == std::vector<std::string>{});
  }
}

TEST_CASE("whatever the transitions make is sound after each of them", "[soundness]") {
  constexpr int64_t now_ms = 1'700'000'100'000;
  const claim_terms terms{"w", "b", "lease", now_ms / 1'000 + 60};
  lived x;
  const auto step = [&](const job_change& change) {
    x.take(change);
    CHECK(faults_of(x.head, x.events) == std::vector<std::string>{});
  };
  step(whole_life(1)[0]);
  step(claimed(x.head, terms, now_ms));
  step(requeued(x.head, lease_end::released, now_ms));
  step(claimed(x.head, terms, now_ms));
  step(requeued(x.head, lease_end::expired, now_ms));
  step(claimed(x.head, terms, now_ms));
  step(renewed(x.head, now_ms / 1'000 + 90));
  step(progressed(x.head, {{job_event_kind::delta, "{}"}, {job_event_kind::checkpoint, "{}"}}, now_ms));
  step(buried(x.head, "gave up", now_ms));
  step(retried(x.head, now_ms));
  step(cancelled(x.head, now_ms));
  step(retried(x.head, now_ms));
  step(claimed(x.head, terms, now_ms));
  step(cancelled(x.head, now_ms));
  step(remarked_late(x.head, "w", "too late", now_ms));
  step(retried(x.head, now_ms));
  step(claimed(x.head, terms, now_ms));
  step(requeued(x.head, lease_end::worker_lost, now_ms));
  step(finished(x.head, {false, "late", "w"}, now_ms));
}

TEST_CASE("a record that contradicts itself is told", "[soundness]") {
  auto x = done_job();
  x.head.end = job_end::none;
  CHECK(says(x, "its status and its outcome do not fit"));
  x = done_job();
  x.head.lease_until_s = 5;
  CHECK(says(x, "the end of a lease while it runs"));
  x = done_job();
  x.head.finished_s.reset();
  CHECK(says(x, "a job has an end in time"));
  x = done_job();
  x.head.attempts_max = 0;
  CHECK(says(x, "more attempts than it may have"));
}

TEST_CASE("events that tell another life than the record are told", "[soundness]") {
  auto x = done_job();
  x.events.pop_back();
  CHECK(says(x, "its record counts 4 events, but there are 3"));
  CHECK(says(x, "its record says done, its events say running"));
  x = done_job();
  x.events.erase(x.events.begin() + 1);
  CHECK(says(x, "event 3 comes where event 2 must be"));
  x = done_job();
  x.head.attempt = 2;
  CHECK(says(x, "another number of attempts"));
}

TEST_CASE("a life that cannot be is told", "[soundness]") {
  auto x = done_job();
  x.events.push_back({5, 0, job_event_kind::failed, 1, "w", "", ""});
  x.head.events = 5;
  CHECK(says(x, "event 5 ends a job that has ended")); // at most one result counts
  x = done_job();
  x.events[1].kind = job_event_kind::status;
  CHECK(says(x, "event 2 tells progress of a job that is queued"));
  x = done_job();
  x.events[2].kind = job_event_kind::claimed;
  CHECK(says(x, "event 3 claims a job that is running")); // one lease at a time
  x = done_job();
  x.events[0].kind = job_event_kind::claimed;
  CHECK(says(x, "the first event and no other is created"));
}

TEST_CASE("a job has the texts of its state and no others", "[soundness]") {
  job x;
  using texts = std::set<job_text>;
  using list = std::vector<std::string>;
  const texts payload{job_text::payload};
  CHECK(faults_of(x, payload) == list{});
  CHECK(faults_of(x, texts{}) == list{"it has no payload"});
  x.status = job_status::done;
  CHECK(faults_of(x, payload).size() == 1);
  CHECK(faults_of(x, texts{job_text::payload, job_text::result}) == list{});
  CHECK(faults_of(x, texts{job_text::payload, job_text::result, job_text::error}).size() == 1);
  x.status = job_status::failed;
  CHECK(faults_of(x, texts{job_text::payload, job_text::error, job_text::checkpoint}) == list{});
}
