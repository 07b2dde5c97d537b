#include "actors/domain/job_transitions.hpp"

#include "actors/domain/error.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace claw {

namespace {

constexpr int64_t ms_per_s = 1'000;

int64_t seconds(int64_t ms) {
  return ms / ms_per_s;
}

void move_to(job& x, job_status to) {
  CLAW_ASSERT(is_legal(x.status, to));
  x.status = to;
}

/// The next event of `x`; counts it in the record.
job_event next_event(job& x, job_event_kind kind, int64_t now_ms, std::string why = {}) {
  job_event event;
  event.sequence = ++x.events;
  event.at_ms = now_ms;
  event.kind = kind;
  event.attempt = x.attempt;
  event.worker_id = x.worker_id;
  event.why = std::move(why);
  return event;
}

/// What all three ways to fail have in common.
job_change failed(job x, job_end end, job_event_kind kind, std::string error, int64_t now_ms) {
  move_to(x, job_status::failed);
  x.end = end;
  x.finished_s = seconds(now_ms);
  x.lease_until_s.reset();
  x.lease_kid.clear();
  job_change change;
  change.events.push_back(next_event(x, kind, now_ms, error));
  change.texts = {{job_text::result, std::nullopt}, {job_text::error, std::move(error)}};
  change.after = std::move(x);
  return change;
}

/// A queued job shows nothing of the attempts before it.
void forget_attempt(job& x) {
  x.worker_id.clear();
  x.worker_boot_id.clear();
  x.lease_id.clear();
  x.lease_kid.clear();
  x.started_s.reset();
  x.finished_s.reset();
  x.lease_until_s.reset();
}

} // namespace

std::string_view to_string(lease_end x) {
  switch (x) {
  case lease_end::expired:
    return "lease_expired";
  case lease_end::worker_lost:
    return "worker_lost";
  case lease_end::worker_restarted:
    return "worker_restarted";
  case lease_end::released:
    return "released";
  case lease_end::token_revoked:
    return "token_revoked";
  }
  return "unknown";
}

bool gives_attempt_back(lease_end x) {
  return x == lease_end::released || x == lease_end::token_revoked;
}

job_change created(job x, std::string payload, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::queued);
  CLAW_ASSERT(x.attempt == 0 && x.events == 0);
  CLAW_ASSERT(x.attempts_max > 0);
  x.created_s = seconds(now_ms);
  job_change change;
  change.events.push_back(next_event(x, job_event_kind::created, now_ms));
  change.texts.emplace_back(job_text::payload, std::move(payload));
  change.after = std::move(x);
  return change;
}

job_change claimed(job x, const claim_terms& terms, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::queued);
  CLAW_ASSERT(!terms.lease_id.empty());
  move_to(x, job_status::running);
  x.end = job_end::none;
  ++x.attempt;
  CLAW_ASSERT(x.attempt <= x.attempts_max);
  x.worker_id = terms.worker_id;
  x.worker_boot_id = terms.worker_boot_id;
  x.lease_id = terms.lease_id;
  x.last_lease_id.clear(); // from here on a result of the attempt before is stale
  x.lease_principal = terms.principal;
  x.lease_kid = terms.kid;
  x.started_s = seconds(now_ms);
  x.finished_s.reset();
  x.lease_until_s = terms.lease_until_s;
  job_change change;
  change.events.push_back(next_event(x, job_event_kind::claimed, now_ms));
  change.texts = {{job_text::result, std::nullopt}, {job_text::error, std::nullopt}};
  change.after = std::move(x);
  return change;
}

job_change claimed_at_once(job_change create, const claim_terms& terms, int64_t now_ms) {
  CLAW_ASSERT(creates_job(create));
  auto claim = claimed(std::move(create.after), terms, now_ms);
  create.after = std::move(claim.after);
  std::move(claim.events.begin(), claim.events.end(), std::back_inserter(create.events));
  return create; // a new job has no texts that a claim would clear
}

job_change requeued(job x, lease_end why, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::running);
  move_to(x, job_status::queued);
  job_change change;
  change.events.push_back(
      next_event(x, job_event_kind::requeued, now_ms, std::string{to_string(why)}));
  if (gives_attempt_back(why))
    --x.attempt;
  x.last_lease_id = std::move(x.lease_id);
  forget_attempt(x);
  change.texts = {{job_text::result, std::nullopt}, {job_text::error, std::nullopt}};
  change.after = std::move(x);
  return change;
}

job_change finished(job x, finish_facts facts, int64_t now_ms) {
  const bool late = x.status == job_status::queued;
  if (late) { // the attempt that was thought lost is the one that ends the job
    x.lease_id = std::move(x.last_lease_id);
    x.last_lease_id.clear();
    x.worker_id = std::move(facts.worker_id);
    x.started_s = facts.started_s;
  }
  if (facts.failed)
    return failed(std::move(x), job_end::failed, job_event_kind::failed, std::move(facts.text),
                  now_ms);
  move_to(x, job_status::done);
  x.end = job_end::done;
  x.finished_s = seconds(now_ms);
  x.lease_until_s.reset();
  x.lease_kid.clear();
  job_change change;
  change.events.push_back(next_event(x, job_event_kind::done, now_ms, late ? "late" : ""));
  change.texts.emplace_back(job_text::result, std::move(facts.text)); // a list of them would copy it
  change.texts.emplace_back(job_text::error, std::nullopt);
  change.after = std::move(x);
  return change;
}

job_change buried(job x, std::string why, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::running);
  x.last_lease_id = std::move(x.lease_id);
  x.lease_id.clear(); // no lease ended it: not even the last one may finish it any more
  return failed(std::move(x), job_end::dead, job_event_kind::buried, std::move(why), now_ms);
}

job_change overdue(job x, int64_t now_ms) {
  CLAW_ASSERT(is_overdue(x, seconds(now_ms)));
  x.last_lease_id.clear(); // what comes later than the deadline is not wanted
  x.lease_id.clear();
  return failed(std::move(x), job_end::failed, job_event_kind::failed, "deadline passed", now_ms);
}

job_change cancelled(job x, int64_t now_ms) {
  CLAW_ASSERT(!is_terminal(x.status));
  x.cancel_asked = x.status == job_status::running;
  return failed(std::move(x), job_end::cancelled, job_event_kind::cancelled, "cancelled", now_ms);
}

job_change retried(job x, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::failed);
  move_to(x, job_status::queued);
  x.end = job_end::none;
  x.attempt = 0;
  x.cancel_asked = false;
  x.last_lease_id.clear();
  x.lease_principal.clear();
  forget_attempt(x);
  job_change change;
  change.events.push_back(next_event(x, job_event_kind::retried, now_ms));
  change.texts = {{job_text::result, std::nullopt}, {job_text::error, std::nullopt}};
  change.after = std::move(x);
  return change;
}

job_change renewed(job x, int64_t lease_until_s) {
  CLAW_ASSERT(x.status == job_status::running);
  x.lease_until_s = lease_until_s;
  return {std::move(x), {}, {}};
}

job_change progressed(job x, const std::vector<progress_entry>& entries, int64_t now_ms) {
  CLAW_ASSERT(x.status == job_status::running);
  job_change change;
  const std::string* checkpoint = nullptr;
  for (const auto& entry : entries) {
    auto event = next_event(x, entry.kind, now_ms);
    if (entry.kind == job_event_kind::checkpoint)
      checkpoint = &entry.data_json; // it is kept as a text; the event only says that there is one
    else
      event.data_json = entry.data_json;
    change.events.push_back(std::move(event));
  }
  if (checkpoint)
    change.texts.emplace_back(job_text::checkpoint, *checkpoint);
  change.after = std::move(x);
  return change;
}

job_change remarked_late(job x, std::string worker_id, std::string why, int64_t now_ms) {
  job_change change;
  change.events.push_back(next_event(x, job_event_kind::late_result, now_ms, std::move(why)));
  change.events.back().worker_id = std::move(worker_id);
  change.after = std::move(x);
  return change;
}

} // namespace claw
