#include "actors/domain/admission.hpp"
#include "actors/domain/attempt_policy.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/job_transitions.hpp"
#include "actors/domain/limits.hpp"
#include "actors/domain/progress_limits.hpp"
#include "test/support/catch.hpp"

#include <optional>

using namespace claw;

namespace {

constexpr int64_t now_ms = 1'700'000'000'999;

job fresh() {
  job x;
  x.command = "ping";
  x.attempts_max = 2;
  return created(std::move(x), "payload", now_ms).after;
}

const claim_terms terms{"w1", "boot", "L1", 1'700'000'060, "mine", "oc1"};

job running() {
  return claimed(fresh(), terms, now_ms).after;
}

/// What a change does to a text: nothing said, cleared, or its new value.
std::string effect_on(const job_change& x, job_text kind) {
  for (const auto& [text, value] : x.texts)
    if (text == kind)
      return value.value_or("(cleared)");
  return "(untouched)";
}

} // namespace

TEST_CASE("a created job has its payload and one event", "[job_transitions]") {
  job x;
  x.attempts_max = 1;
  const auto change = created(x, "p", now_ms);
  CHECK(change.after.created_s == 1'700'000'000);
  CHECK(change.after.events == 1);
  REQUIRE(change.events.size() == 1);
  CHECK(change.events[0].sequence == 1);
  CHECK(change.events[0].at_ms == now_ms);
  CHECK(change.events[0].kind == job_event_kind::created);
  CHECK(effect_on(change, job_text::payload) == "p");
  CHECK(effect_on(change, job_text::result) == "(untouched)");
}

TEST_CASE("a claim sets everything that the wire shows of a running job", "[job_transitions]") {
  const auto change = claimed(fresh(), terms, now_ms);
  const auto& x = change.after;
  CHECK(x.status == job_status::running);
  CHECK(x.attempt == 1);
  CHECK(x.worker_id == "w1");
  CHECK(x.worker_boot_id == "boot");
  CHECK(x.lease_id == "L1");
  CHECK(x.started_s == 1'700'000'000);
  CHECK(x.lease_until_s == 1'700'000'060);
  CHECK(effect_on(change, job_text::result) == "(cleared)");
  CHECK(effect_on(change, job_text::error) == "(cleared)");
  CHECK(change.events[0].worker_id == "w1");
  CHECK(change.events[0].attempt == 1);
}

TEST_CASE("a requeued job shows nothing of its attempt but remembers its lease",
          "[job_transitions]") {
  const auto change = requeued(running(), lease_end::expired, now_ms);
  const auto& x = change.after;
  CHECK(x.status == job_status::queued);
  CHECK(x.attempt == 1);
  CHECK(x.worker_id.empty());
  CHECK(x.lease_id.empty());
  CHECK(x.last_lease_id == "L1");
  CHECK_FALSE(x.started_s);
  CHECK_FALSE(x.lease_until_s);
  CHECK_FALSE(x.finished_s);
  CHECK(change.events[0].kind == job_event_kind::requeued);
  CHECK(change.events[0].why == "lease_expired");
  CHECK(change.events[0].worker_id == "w1");
  CHECK(requeued(running(), lease_end::released, now_ms).after.attempt == 0);
}

TEST_CASE("after the last attempt a lease end buries the job, a release never does",
          "[attempt_policy]") {
  auto x = running();
  CHECK(after_lease_end(x, lease_end::expired, now_ms).after.status == job_status::queued);
  x.attempt = 2;
  for (auto why : {lease_end::expired, lease_end::worker_lost, lease_end::worker_restarted}) {
    const auto change = after_lease_end(x, why, now_ms);
    CHECK(change.after.status == job_status::failed);
    CHECK(change.after.end == job_end::dead);
    CHECK(change.after.finished_s == 1'700'000'000);
    CHECK(effect_on(change, job_text::error) == "gave up after 2 attempts: last seen on w1");
  }
  CHECK(after_lease_end(x, lease_end::released, now_ms).after.status == job_status::queued);
  x.worker_id.clear();
  CHECK(effect_on(after_lease_end(x, lease_end::expired, now_ms), job_text::error)
        == "gave up after 2 attempts: last seen on a worker without a name");
}

TEST_CASE("a result ends a job, also a late one", "[job_transitions]") {
  const auto change = finished(running(), {false, "good", "w1"}, now_ms);
  CHECK(change.after.status == job_status::done);
  CHECK(change.after.end == job_end::done);
  CHECK(change.after.lease_id == "L1");
  CHECK(change.after.worker_id == "w1");
  CHECK(change.after.started_s);
  CHECK_FALSE(change.after.lease_until_s);
  CHECK(effect_on(change, job_text::result) == "good");

  const auto late = finished(requeued(running(), lease_end::expired, now_ms).after,
                             {false, "good", "w1", 7}, now_ms);
  CHECK(late.after.started_s == 7);
  CHECK(late.after.status == job_status::done);
  CHECK(late.after.lease_id == "L1");
  CHECK(late.after.worker_id == "w1");
  CHECK(late.after.last_lease_id.empty());

  const auto failure = finished(running(), {true, "bad", "w1"}, now_ms);
  CHECK(failure.after.end == job_end::failed);
  CHECK(effect_on(failure, job_text::error) == "bad");
  CHECK(effect_on(failure, job_text::result) == "(cleared)");
}

TEST_CASE("a cancelled job may be retried with a new budget", "[job_transitions]") {
  const auto x = cancelled(running(), now_ms).after;
  CHECK(x.end == job_end::cancelled);
  CHECK(x.cancel_asked);
  CHECK(x.lease_id == "L1"); // by which its runner learns it
  const auto again = retried(x, now_ms);
  CHECK(again.after.status == job_status::queued);
  CHECK(again.after.attempt == 0);
  CHECK(again.after.end == job_end::none);
  CHECK_FALSE(again.after.cancel_asked);
  CHECK(again.after.lease_id.empty());
  CHECK(again.after.last_lease_id.empty());
  CHECK(effect_on(again, job_text::checkpoint) == "(untouched)");
}

TEST_CASE("progress is numbered without gaps and keeps the newest checkpoint",
          "[job_transitions]") {
  const auto before = running();
  const auto change = progressed(before,
                                 {{job_event_kind::checkpoint, "old"},
                                  {job_event_kind::delta, "{}"},
                                  {job_event_kind::checkpoint, "new"}},
                                 now_ms);
  REQUIRE(change.events.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(change.events[i].sequence == before.events + i + 1);
  CHECK(change.events[1].data_json == "{}");
  CHECK(effect_on(change, job_text::checkpoint) == "new");
  CHECK(renewed(before, 99).after.lease_until_s == 99);
  CHECK(renewed(before, 99).events.empty());
}

TEST_CASE("beyond the limits progress is dropped, checkpoints never", "[progress_limits]") {
  const progress_entry delta{job_event_kind::delta, "{}"};
  const progress_entry huge{job_event_kind::delta, std::string(limits::event_bytes_max + 1, 'x')};
  const progress_entry checkpoint{job_event_kind::checkpoint, huge.data_json};
  CHECK(kept_progress(0, {delta, huge, checkpoint}).size() == 2);
  CHECK(kept_progress(limits::events_per_job_max - 1, {delta, delta}).size() == 1);
  CHECK(kept_progress(limits::events_per_job_max, {delta, checkpoint}).size() == 1);
}

TEST_CASE("a transition that the table does not have is a bug", "[job_transitions]") {
  const auto queued = fresh();
  const auto ended = finished(running(), {false, "", ""}, now_ms).after;
  CHECK_THROWS_AS(claimed(running(), terms, now_ms), broken_invariant);
  CHECK_THROWS_AS(claimed(ended, terms, now_ms), broken_invariant);
  CHECK_THROWS_AS(requeued(queued, lease_end::expired, now_ms), broken_invariant);
  CHECK_THROWS_AS(buried(queued, "", now_ms), broken_invariant);
  CHECK_THROWS_AS(finished(ended, {}, now_ms), broken_invariant);
  CHECK_THROWS_AS(cancelled(ended, now_ms), broken_invariant);
  CHECK_THROWS_AS(retried(ended, now_ms), broken_invariant);
  CHECK_THROWS_AS(renewed(queued, 1), broken_invariant);
  CHECK_THROWS_AS(progressed(ended, {}, now_ms), broken_invariant);
}

TEST_CASE("the job limit counts what is open", "[admission]") {
  CHECK(admit(1'000'000, std::nullopt).ok());
  CHECK(admit(4, 5).ok());
  CHECK(admit(5, 5).error().why == "job queue limit reached");
  CHECK_FALSE(admit(0, 0).ok());
}

TEST_CASE("a job knows whose token claimed it, and which one only while it runs", "[job_transitions]") {
  CHECK(running().lease_principal == "mine");
  CHECK(running().lease_kid == "oc1");
  const auto again = requeued(running(), lease_end::expired, now_ms).after;
  CHECK(again.lease_principal == "mine"); // a late result must be his
  CHECK(again.lease_kid.empty());
  CHECK(finished(running(), {}, now_ms).after.lease_kid.empty());
  CHECK(finished(running(), {}, now_ms).after.lease_principal == "mine");
  CHECK(cancelled(running(), now_ms).after.lease_kid.empty());
  CHECK(retried(cancelled(running(), now_ms).after, now_ms).after.lease_principal.empty());
  const auto by_shared = claimed(again, {"w2", "", "L2", 1, "", ""}, now_ms).after;
  CHECK(by_shared.lease_principal.empty());
}

TEST_CASE("a job whose worker's token was revoked is queued again at no cost", "[job_transitions]") {
  auto x = running();
  x.attempt = x.attempts_max;
  const auto change = after_lease_end(x, lease_end::token_revoked, now_ms);
  CHECK(change.after.status == job_status::queued);
  CHECK(change.after.attempt == x.attempts_max - 1);
  CHECK(change.events.at(0).why == "token_revoked");
}
