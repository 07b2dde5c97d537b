#pragma once
// A store that looks at every commit and writes down which invariant it breaks. Since nothing is true in the broker
// before it is committed, what never passes here never happens. Workers must sign their results: `<lease id>/...`.

#include "actors/domain/error.hpp"
#include "test/support/broken_store.hpp"

#include <set>
#include <string>
#include <vector>

namespace claw {

class witness_store final : public job_store {
public:
  explicit witness_store(broken_store& next) : next_(next) {}

  outcome<done> commit(const std::vector<job_change>& changes) override {
    for (const auto& x : changes)
      look_at(x, changes);
    auto result = next_.commit(changes);
    if (result)
      for (const auto& x : changes)
        remember(x);
    return result;
  }
  outcome<std::optional<job>> find(const job_id& id) const override { return next_.find(id); }
  outcome<std::optional<job_document>> document(const job_id& id) const override {
    return next_.document(id);
  }
  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override {
    return next_.text(id, kind);
  }
  outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                   std::size_t bytes_max) const override {
    return next_.beginning(id, kind, bytes_max);
  }
  outcome<std::size_t> text_bytes(const job_id& id) const override { return next_.text_bytes(id); }
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override {
    return next_.events(id, after, slice);
  }
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override {
    return next_.each_open(visit);
  }
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                         std::size_t limit) const override {
    return next_.list(filter, before, limit);
  }
  outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const override {
    return next_.oldest(after, limit);
  }
  outcome<job_id> newest() const override { return next_.newest(); }
  outcome<store_usage> usage() const override { return next_.usage(); }
  outcome<done> erase(const std::vector<job_id>& ids) override {
    for (const auto& id : ids)
      if (const auto x = next_.find_quietly(id))
        must(is_terminal(x->status), "only ended jobs are pruned", *x);
    auto result = next_.erase(ids);
    if (result)
      pruned.insert(ids.begin(), ids.end());
    return result;
  }

  std::vector<std::string> violations;
  std::set<job_id> pruned;

private:
  void must(bool holds, const char* invariant, const job& x) {
    if (!holds)
      violations.push_back(std::string{invariant} + " [" + to_string(x.id) + ']');
  }

  void look_at(const job_change& change, const std::vector<job_change>& batch) {
    const auto& x = change.after;
    std::size_t changes_of_x = 0;
    for (const auto& other : batch)
      changes_of_x += other.after.id == x.id;
    must(changes_of_x == 1, "a job has one change under way at a time", x);
    must(x.attempt <= x.attempts_max, "I7: attempts stay within their bound", x);
    must((x.status == job_status::running) == x.lease_until_s.has_value(),
         "a job has a lease while it runs and at no other time", x);
    must(is_terminal(x.status) == (x.end != job_end::none), "an ended job says how it ended", x);
    const auto found = next_.find_quietly(x.id);
    must(pruned.count(x.id) == 0, "a job that was pruned does not come back", x);
    if (!found) {
      const bool claimed_too = x.status == job_status::running && x.events == 2;
      must(creates_job(change) && (claimed_too || (x.status == job_status::queued && x.events == 1)),
           "a job begins queued, or claimed at once", x);
      compare({}, change);
      return;
    }
    compare(*found, change);
  }

  void compare(const job& before, const job_change& change) {
    const auto& x = change.after;
    must(x.events == before.events + change.events.size(), "I11: events have no gaps", x);
    for (std::size_t i = 0; i < change.events.size(); ++i)
      must(change.events[i].sequence == before.events + i + 1, "I11: events have no gaps", x);
    const bool moved = before.status != x.status;
    must(!moved || is_legal(before.status, x.status), "only legal transitions happen", x);
    if (is_terminal(before.status) && !moved) {
      must(before.end == x.end && before.finished_s == x.finished_s && change.texts.empty(),
           "I2: an ended job stays as it ended", x);
    }
    if (x.status == job_status::running)
      must(x.last_lease_id.empty(), "I3: a claim voids the lease before it", x);
    if (moved && is_terminal(x.status))
      look_at_end(before, change);
    if (before.status == job_status::failed && moved)
      must(x.attempt == 0 && x.last_lease_id.empty(), "a retry voids what was before", x);
    if (moved && x.status == job_status::running) {
      must(x.attempt == before.attempt + 1, "I5: each claim is one attempt more", x);
      must(leases_.count(x.lease_id) == 0, "I3: no lease is given twice", x);
    }
    if (!moved && x.status == job_status::running)
      must(x.lease_id == before.lease_id && x.attempt == before.attempt,
           "I3: a lease changes hands only through the queue", x);
  }

  /// Workers here sign what they post with their lease, so that one sees whose word ended a job.
  void look_at_end(const job& before, const job_change& change) {
    const auto& x = change.after;
    if (x.end != job_end::done && x.end != job_end::failed)
      return;
    const auto kind = x.end == job_end::done ? job_text::result : job_text::error;
    const auto& lease
        = before.status == job_status::running ? before.lease_id : before.last_lease_id;
    for (const auto& [text, value] : change.texts)
      if (text == kind)
        must(!lease.empty() && value && value->rfind(lease + '/', 0) == 0,
             "I2: only the newest attempt ends a job", x);
  }

  void remember(const job_change& change) {
    if (change.after.status == job_status::running)
      leases_.insert(change.after.lease_id);
  }

  broken_store& next_;
  std::set<std::string> leases_;
};

} // namespace claw
