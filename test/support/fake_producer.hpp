#pragma once
// A broker for tests of its clients, in memory: answers what a test put in and writes down what it was asked.

#include "actors/ports/broker_api.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace claw {

class fake_producer final : public producer_api {
public:
  std::map<std::string, remote_job> jobs;
  std::deque<std::vector<remote_event>> event_pages; ///< one an ask; empty pages after the last
  std::vector<remote_worker> known_workers;
  std::vector<request> created;
  std::vector<std::string> cancelled;
  std::optional<failure> trouble;        ///< what every call answers while it is set
  std::optional<failure> events_trouble; ///< what `events` answers
  std::optional<failure> queue_trouble;  ///< what `queue_json` answers
  std::function<void()> on_events;       ///< before each answer of `events`
  std::string queue = R"({"queued":0,"running":0,"waiting_claims":0,"waiting":[]})";

  outcome<remote_health> health() override {
    if (trouble)
      return *trouble;
    return remote_health{true, "1.2"};
  }
  outcome<producer_api::created> create(const request& x) override {
    if (trouble)
      return *trouble;
    created.push_back(x);
    return producer_api::created{"job-1", std::nullopt, true};
  }
  outcome<remote_job> find(const std::string& id) override {
    if (trouble)
      return *trouble;
    const auto found = jobs.find(id);
    if (found == jobs.end())
      return failure{ec::no_such_job, "job not found"};
    return found->second;
  }
  outcome<std::vector<remote_event>> events(const std::string&, uint64_t,
                                            std::chrono::seconds) override {
    if (on_events)
      on_events();
    if (trouble || events_trouble)
      return trouble ? *trouble : *events_trouble;
    if (event_pages.empty())
      return std::vector<remote_event>{};
    auto page = event_pages.front();
    event_pages.pop_front();
    return page;
  }
  outcome<std::string> explain(const std::string& id) override {
    const auto job = find(id);
    if (!job)
      return job.error();
    return "It is " + job->status + ".";
  }
  outcome<listing> list(const listing_filter&) override {
    if (trouble)
      return *trouble;
    listing all;
    for (const auto& [id, job] : jobs)
      all.jobs.push_back(job);
    return all;
  }
  outcome<std::vector<remote_worker>> workers() override {
    if (trouble)
      return *trouble;
    return known_workers;
  }
  outcome<std::string> queue_json() override {
    if (trouble || queue_trouble)
      return trouble ? *trouble : *queue_trouble;
    return queue;
  }
  outcome<remote_job> cancel(const std::string& id) override {
    cancelled.push_back(id);
    return find(id);
  }
  outcome<remote_job> retry(const std::string& id) override { return find(id); }
};

} // namespace claw
