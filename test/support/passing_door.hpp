#pragma once
// A front door and a store that pass everything on: what stands in their way overrides what it spoils.

#include "actors/protocol/front_doors.hpp"

#include <utility>

namespace claw {

class passing_door : public broker_front_door {
public:
  explicit passing_door(broker_front_door& real) : real_(real) {}

  void ask(create_request x) override { real_.ask(std::move(x)); }
  void ask(claim_request x) override { real_.ask(std::move(x)); }
  void ask(poll_closed x) override { real_.ask(x); }
  void ask(finish_request x) override { real_.ask(std::move(x)); }
  void ask(renew_request x) override { real_.ask(std::move(x)); }
  void ask(release_request x) override { real_.ask(std::move(x)); }
  void ask(progress_request x) override { real_.ask(std::move(x)); }
  void ask(worker_seen x) override { real_.ask(std::move(x)); }
  void ask(cancel_request x) override { real_.ask(std::move(x)); }
  void ask(retry_request x) override { real_.ask(std::move(x)); }
  void ask(drain_request x) override { real_.ask(std::move(x)); }
  void ask(standing_question x) override { real_.ask(std::move(x)); }
  void ask(workers_question x) override { real_.ask(std::move(x)); }
  void ask(queue_question x) override { real_.ask(std::move(x)); }
  void ask(watch_request x) override { real_.ask(std::move(x)); }
  void ask(token_create_request x) override { real_.ask(std::move(x)); }
  void ask(token_revoke_request x) override { real_.ask(std::move(x)); }
  const job_reader& jobs() const override { return real_.jobs(); }

protected:
  broker_front_door& real_;
};

class passing_store : public job_store {
public:
  explicit passing_store(job_store& real) : real_(real) {}

  outcome<std::optional<job>> find(const job_id& id) const override { return real_.find(id); }
  outcome<std::optional<job_document>> document(const job_id& id) const override { return real_.document(id); }
  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override {
    return real_.text(id, kind);
  }
  outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                   std::size_t bytes_max) const override {
    return real_.beginning(id, kind, bytes_max);
  }
  outcome<std::size_t> text_bytes(const job_id& id) const override { return real_.text_bytes(id); }
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override {
    return real_.events(id, after, slice);
  }
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override {
    return real_.each_open(visit);
  }
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before, std::size_t limit) const override {
    return real_.list(filter, before, limit);
  }
  outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const override {
    return real_.oldest(after, limit);
  }
  outcome<job_id> newest() const override { return real_.newest(); }
  outcome<store_usage> usage() const override { return real_.usage(); }
  outcome<done> erase(const std::vector<job_id>& ids) override { return real_.erase(ids); }
  outcome<done> commit(const std::vector<job_change>& changes) override { return real_.commit(changes); }

protected:
  job_store& real_;
};

} // namespace claw
