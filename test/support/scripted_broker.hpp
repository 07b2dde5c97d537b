#pragma once
// A broker that answers a runner's links as a test says, and remembers what it was asked. No network, no thread.

#include "actors/ports/broker_api.hpp"
#include "actors/ports/outbox_store.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace claw {

struct scripted_broker {
  std::deque<outcome<std::optional<remote_job>>> claims; ///< when empty: no job, at once
  std::function<outcome<worker_api::renewed>()> on_renew = [] {
    return worker_api::renewed{true, 0, false};
  };
  std::function<outcome<done>(const run_report&)> on_report
      = [](const run_report&) { return done{}; };
  std::function<outcome<worker_api::reported>()> on_ask = [] { return worker_api::reported{}; };
  std::function<outcome<worker_api::reported>()> on_events = [] { return worker_api::reported{}; };

  unsigned claims_asked = 0;
  unsigned renewals = 0;
  unsigned asks = 0;
  std::vector<run_report> reports; ///< every try
  std::vector<std::string> events; ///< every batch
  std::vector<std::string> released;
  std::vector<std::string> order; ///< events, report, release as they came
  worker_identity last_seen;

  void grant(const std::string& id, const std::string& lease_id, int64_t term_s = 60) {
    remote_job job;
    job.id = id;
    job.status = "running";
    job.command = "ping";
    job.lease_id = lease_id;
    if (term_s > 0) {
      job.started_s = 1'000;
      job.lease_until_s = 1'000 + term_s;
    }
    claims.emplace_back(std::optional{std::move(job)});
  }
};

/// One link's view of it.
class scripted_link final : public worker_api {
public:
  explicit scripted_link(scripted_broker& broker) : broker_(broker) {}

  outcome<std::optional<remote_job>> claim(const worker_identity& me, std::chrono::seconds,
                                           const stop_token&) override {
    broker_.last_seen = me;
    ++broker_.claims_asked;
    if (broker_.claims.empty())
      return std::optional<remote_job>{};
    auto next = std::move(broker_.claims.front());
    broker_.claims.pop_front();
    return next;
  }

  outcome<renewed> renew(const worker_identity&, const remote_job&) override {
    ++broker_.renewals;
    return broker_.on_renew();
  }

  outcome<done> post_result(const worker_identity& me, const remote_job& job,
                            const std::string& text) override {
    return report({job.id, job.lease_id, me.worker_id, run_report::kind::result, text, 0});
  }

  outcome<done> post_failure(const worker_identity& me, const remote_job& job,
                             const std::string& text) override {
    return report({job.id, job.lease_id, me.worker_id, run_report::kind::failure, text, 0});
  }

  outcome<reported> post_events(const worker_identity&, const remote_job&,
                                const std::string& events_json) override {
    if (events_json == "[]") { // whether the job is still wanted
      ++broker_.asks;
      return broker_.on_ask();
    }
    broker_.order.emplace_back("events");
    broker_.events.push_back(events_json);
    return broker_.on_events();
  }

  outcome<done> release(const worker_identity&, const remote_job& job) override {
    broker_.order.emplace_back("release");
    broker_.released.push_back(job.id);
    return done{};
  }

private:
  outcome<done> report(const run_report& x) {
    broker_.order.emplace_back("report");
    broker_.reports.push_back(x);
    return broker_.on_report(x);
  }

  scripted_broker& broker_;
};

/// A disk without a disk.
class memory_outbox final : public outbox_store {
public:
  outcome<done> keep(const run_report& x) override {
    if (full)
      return failure{ec::io_failed, "no space left"};
    (void)drop(x);
    kept.push_back(x);
    return done{};
  }

  outcome<done> drop(const run_report& x) override {
    std::erase_if(kept, [&](const run_report& y) {
      return y.job_id == x.job_id && y.lease_id == x.lease_id;
    });
    return done{};
  }

  outcome<std::vector<run_report>> load() override { return kept; }

  std::vector<run_report> kept;
  bool full = false;
};

} // namespace claw
