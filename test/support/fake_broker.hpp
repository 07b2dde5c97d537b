#pragma once
// A broker without actors, for tests of its HTTP door: writes down what it is asked, and the test answers.

#include "actors/protocol/front_doors.hpp"
#include "test/support/memory_job_store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace claw {

/// A reader of a store that cannot be read.
class blind_reader final : public job_reader {
public:
  outcome<std::optional<job>> find(const job_id&) const override { return broken(); }
  outcome<std::optional<job_document>> document(const job_id&) const override { return broken(); }
  outcome<std::optional<std::string>> text(const job_id&, job_text) const override {
    return broken();
  }
  outcome<std::optional<text_beginning>> beginning(const job_id&, job_text, std::size_t) const override {
    return broken();
  }
  outcome<std::size_t> text_bytes(const job_id&) const override { return broken(); }
  outcome<std::vector<job_event>> events(const job_id&, uint64_t, event_slice) const override {
    return broken();
  }
  outcome<done> each_open(const std::function<void(const job&)>&) const override {
    return broken();
  }
  outcome<job_page> list(const job_filter&, std::optional<job_id>, std::size_t) const override {
    return broken();
  }
  outcome<job_page> oldest(std::optional<job_id>, std::size_t) const override { return broken(); }
  outcome<job_id> newest() const override { return broken(); }
  outcome<store_usage> usage() const override { return broken(); }

private:
  static failure broken() { return {ec::store_broken, "/var/lib/secret/data.mdb is broken"}; }
};

class fake_broker final : public broker_front_door {
public:
  std::vector<create_request> creates;
  std::vector<claim_request> claims;
  std::vector<poll_closed> closed_polls;
  std::vector<finish_request> finishes;
  std::vector<renew_request> renewals;
  std::vector<release_request> releases;
  std::vector<progress_request> progresses;
  std::vector<worker_seen> seen;
  std::vector<cancel_request> cancels;
  std::vector<retry_request> retries;
  std::vector<drain_request> drains;
  std::vector<standing_question> standings;
  std::vector<workers_question> workers_questions;
  std::vector<queue_question> queue_questions;
  std::vector<watch_request> watches;
  std::vector<token_create_request> new_tokens;
  std::vector<token_revoke_request> revocations;
  std::vector<std::string> order; ///< claim, watch, poll_closed as they came

  memory_job_store store;
  blind_reader blind;
  bool readable = true;

  void ask(create_request x) override { creates.push_back(std::move(x)); }
  void ask(claim_request x) override {
    order.emplace_back("claim");
    claims.push_back(std::move(x));
  }
  void ask(poll_closed x) override {
    order.emplace_back("poll_closed");
    closed_polls.push_back(x);
  }
  void ask(finish_request x) override { finishes.push_back(std::move(x)); }
  void ask(renew_request x) override { renewals.push_back(std::move(x)); }
  void ask(release_request x) override { releases.push_back(std::move(x)); }
  void ask(progress_request x) override { progresses.push_back(std::move(x)); }
  void ask(worker_seen x) override { seen.push_back(std::move(x)); }
  void ask(cancel_request x) override { cancels.push_back(std::move(x)); }
  void ask(retry_request x) override { retries.push_back(std::move(x)); }
  void ask(drain_request x) override { drains.push_back(std::move(x)); }
  void ask(standing_question x) override { standings.push_back(std::move(x)); }
  void ask(workers_question x) override { workers_questions.push_back(std::move(x)); }
  void ask(queue_question x) override { queue_questions.push_back(std::move(x)); }
  void ask(watch_request x) override {
    order.emplace_back("watch");
    watches.push_back(std::move(x));
  }

  void ask(token_create_request x) override { new_tokens.push_back(std::move(x)); }
  void ask(token_revoke_request x) override { revocations.push_back(std::move(x)); }

  const job_reader& jobs() const override {
    return readable ? static_cast<const job_reader&>(store) : blind;
  }

  /// Puts a change into the store that the door reads from.
  void commit(const job_change& x) { (void)store.commit({x}); }
};

} // namespace claw
