#include "actors/domain/job_soundness.hpp"

#include "actors/domain/job_transitions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace claw {

namespace {

class faults {
public:
  void must(bool holds, std::string sentence) {
    if (!holds)
      found_.push_back(std::move(sentence));
  }
  std::vector<std::string> take() { return std::move(found_); }

private:
  std::vector<std::string> found_;
};

/// How an event of this kind ends a job; none where it does not.
std::optional<job_end> end_of(job_event_kind x) {
  if (x == job_event_kind::done)
    return job_end::done;
  if (x == job_event_kind::failed)
    return job_end::failed;
  if (x == job_event_kind::cancelled)
    return job_end::cancelled;
  if (x == job_event_kind::buried)
    return job_end::dead;
  return std::nullopt;
}

bool is_progress(job_event_kind x) {
  return x >= job_event_kind::status;
}

/// Whether a requeue for this reason does not count the attempt.
bool was_given_back(std::string_view why) {
  constexpr std::array reasons{lease_end::expired, lease_end::worker_lost, lease_end::worker_restarted,
                               lease_end::released, lease_end::token_revoked};
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](lease_end x) { return gives_attempt_back(x) && to_string(x) == why; });
}

/// The life of a job as its events tell it.
struct told_life {
  job_status status = job_status::queued;
  job_end end = job_end::none;
  uint32_t attempt = 0;

  /// @returns what is wrong with this event here, "" when nothing is
  std::string live(const job_event& e) {
    const auto before = status;
    if (e.kind == job_event_kind::claimed) {
      ++attempt;
      status = job_status::running;
      return before == job_status::queued ? "" : "claims a job that is " + std::string{to_string(before)};
    }
    if (e.kind == job_event_kind::requeued) {
      if (attempt > 0 && was_given_back(e.why))
        --attempt;
      status = job_status::queued;
      return before == job_status::running ? "" : "requeues a job that is " + std::string{to_string(before)};
    }
    if (e.kind == job_event_kind::retried) {
      attempt = 0;
      end = job_end::none;
      status = job_status::queued;
      return before == job_status::failed ? "" : "retries a job that is " + std::string{to_string(before)};
    }
    if (const auto ended = end_of(e.kind)) {
      status = *ended == job_end::done ? job_status::done : job_status::failed;
      end = *ended;
      return is_terminal(before) ? "ends a job that has ended" : "";
    }
    if (is_progress(e.kind) && before != job_status::running)
      return "tells progress of a job that is " + std::string{to_string(before)};
    return "";
  }
};

void check_record(const job& x, faults& to) {
  const bool ended = is_terminal(x.status);
  const bool running = x.status == job_status::running;
  to.must(ended == (x.end != job_end::none), "its status and its outcome do not fit");
  to.must(x.status != job_status::done || x.end == job_end::done, "it is done, but its outcome is another one");
  to.must(x.status != job_status::failed || x.end != job_end::done, "it failed, but its outcome is done");
  to.must(running == x.lease_until_s.has_value(), "a job has the end of a lease while it runs and at no other time");
  to.must(!running || !x.lease_id.empty(), "it runs without a lease");
  to.must(ended == x.finished_s.has_value(), "a job has an end in time when it has ended and at no other time");
  to.must(x.status != job_status::queued || (x.worker_id.empty() && !x.started_s),
          "it waits, but shows a worker or a start");
  to.must(x.attempt <= x.attempts_max, "it had more attempts than it may have");
}

void check_events(const job& x, const std::vector<job_event>& events, faults& to) {
  to.must(events.size() == x.events,
          "its record counts " + std::to_string(x.events) + " events, but there are " + std::to_string(events.size()));
  told_life life;
  uint64_t expected = 1;
  for (const auto& e : events) {
    const auto name = "event " + std::to_string(e.sequence);
    if (e.sequence != expected) {
      to.must(false, name + " comes where event " + std::to_string(expected) + " must be");
      return; // whatever follows from here on follows from that
    }
    to.must((e.kind == job_event_kind::created) == (expected == 1),
            name + " is " + std::string{to_string(e.kind)} + ": the first event and no other is created");
    if (const auto why = life.live(e); !why.empty())
      to.must(false, name + " " + why);
    ++expected;
  }
  to.must(life.status == x.status, "its record says " + std::string{to_string(x.status)} + ", its events say "
                                       + std::string{to_string(life.status)});
  to.must(life.end == x.end, "its record and its events tell of another outcome");
  to.must(life.attempt == x.attempt, "its record and its events count another number of attempts");
}

} // namespace

std::vector<std::string> faults_of(const job& x, const std::vector<job_event>& events) {
  faults found;
  check_record(x, found);
  check_events(x, events, found);
  return found.take();
}

std::vector<std::string> faults_of(const job& x, const std::set<job_text>& texts) {
  faults found;
  const auto has = [&](job_text kind) { return texts.count(kind) > 0; };
  found.must(has(job_text::payload), "it has no payload");
  found.must(has(job_text::result) == (x.status == job_status::done),
             "a job has a result when it is done and at no other time");
  found.must(has(job_text::error) == (x.status == job_status::failed),
             "a job has an error when it failed and at no other time");
  return found.take();
}

} // namespace claw
