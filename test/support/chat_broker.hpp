#pragma once
// The broker of a chat_world as a bot's links reach it, and words for its jobs.

#include "test/support/chat_world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

class chat_broker_link final : public producer_api {
public:
  chat_broker_link(chat_world& world, std::shared_ptr<bot_life> life) : world_(world), life_(std::move(life)) {}

  outcome<created> create(const request& x) override {
    return answer<created>([&]() -> outcome<created> {
      world_.created.push_back(x);
      auto& id = world_.keys[x.idempotency_key];
      const bool repeated = !id.empty();
      if (id.empty()) {
        id = "job-" + std::to_string(world_.jobs.size() + 1);
        auto& job = world_.jobs[id];
        job.id = id;
        job.status = "queued";
        job.command = x.command;
        job.payload = x.payload;
        job.created_s = world_.wall_ms / 1'000;
        world_.happen(id, "created");
      }
      return created{id, 1, true, repeated};
    });
  }

  outcome<remote_job> find(const std::string& id) override {
    return answer<remote_job>([&]() -> outcome<remote_job> {
      const auto at = world_.jobs.find(id);
      if (at == world_.jobs.end())
        return failure{ec::no_such_job, "job not found"};
      return at->second;
    });
  }

  outcome<std::vector<remote_event>> events(const std::string& id, uint64_t after, std::chrono::seconds) override {
    return answer<std::vector<remote_event>>([&]() -> outcome<std::vector<remote_event>> {
      if (world_.broker_old)
        return failure{ec::refused, std::string{broker_too_old} + " GET /jobs/{id}/events"};
      std::vector<remote_event> later;
      for (const auto& x : world_.events[id])
        if (x.sequence > after)
          later.push_back(x);
      return later;
    });
  }

  outcome<std::string> explain(const std::string&) override {
    return failure{ec::refused, std::string{broker_too_old} + " GET /jobs/{id}/explain"};
  }

  outcome<remote_job> cancel(const std::string& id) override {
    return answer<remote_job>([&]() -> outcome<remote_job> {
      if (world_.jobs.count(id) == 0)
        return failure{ec::no_such_job, "job not found"};
      if (world_.jobs[id].status == "queued")
        world_.fail(id, "cancelled", "cancelled");
      else
        world_.happen(id, "cancel_asked");
      return world_.jobs[id];
    });
  }

  outcome<remote_job> retry(const std::string& id) override {
    return answer<remote_job>([&]() -> outcome<remote_job> {
      if (world_.jobs[id].status != "failed")
        return failure{ec::not_failed, "only a failed job can be retried"};
      world_.jobs[id].status = "queued";
      world_.jobs[id].outcome.clear();
      world_.happen(id, "retried");
      if (world_.fails_always)
        world_.fail(id, "no luck");
      return world_.jobs[id];
    });
  }

  outcome<remote_health> health() override { return remote_health{true, "1"}; }
  outcome<listing> list(const listing_filter&) override { return listing{}; }
  outcome<std::vector<remote_worker>> workers() override {
    return answer<std::vector<remote_worker>>([&] { return world_.workers; });
  }
  outcome<std::string> queue_json() override {
    return answer<std::string>([] { return std::string{"2 queued, 1 running"}; });
  }

private:
  template <class T, class Work>
  outcome<T> answer(Work work) {
    outcome<T> x = failure{ec::unreachable, "no connection"};
    if (!world_.broker_away)
      life_->call([&] { x = work(); });
    return x;
  }

  chat_world& world_;
  std::shared_ptr<bot_life> life_;
};

/// Words without JSON; the secret of this world is `hunter22`.
class plain_speech final : public job_speech {
public:
  producer_api::request request_of(const chat_job& x) const override {
    return {x.command, x.text, std::nullopt, "", ""};
  }
  answer answer_of(const remote_job& job) const override {
    if (job.status == "done")
      return {redacted(job.result.value_or("")), "", false};
    return {"Job failed: " + redacted(job.error.value_or("unknown")), "", true};
  }
  std::string state_line(const remote_job& job) const override { return job.status; }
  std::string progress_line(const remote_event& x) const override { return x.type + " " + x.why; }
  std::string jobs(const std::vector<remote_job>&) const override { return "jobs"; }
  std::string workers(const std::vector<remote_worker>&) const override { return "workers"; }
  std::string queue(const std::string& json) const override { return json; }
  std::optional<queue_counts> counts(const std::string&) const override { return queue_counts{2, 1}; }
  std::vector<std::string> repo_names(const remote_job& job) const override { return {job.result.value_or("")}; }
  std::string redacted(const std::string& text) const override {
    auto out = text;
    for (auto at = out.find("hunter22"); at != std::string::npos; at = out.find("hunter22"))
      out.replace(at, 8, "***");
    return out;
  }
};

} // namespace claw
