#include "actors/domain/explain.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

job queued_for(std::string_view required) {
  job x;
  x.required = caps::from_list(required);
  x.attempts_max = 5;
  return x;
}

candidate worker(std::string id, std::string_view has, std::string_view required) {
  candidate x;
  x.worker_id = std::move(id);
  x.missing = caps::from_list(has).missing_from(caps::from_list(required));
  x.live = true;
  return x;
}

std::string summary(const explain_facts& x) {
  return explain(x).summary;
}

} // namespace

TEST_CASE("a job that nobody present can serve names what is missing", "[explain]") {
  explain_facts x{queued_for("llm:jetson,repo_tools"), 1'000, 0, {}};
  CHECK(summary(x)
        == "It waits for a worker that has llm:jetson, repo_tools. No worker with these caps has been "
           "seen since the broker started.");
  x.workers = {worker("wsl", "repo_tools", "llm:jetson,repo_tools"),
               worker("jetson", "llm:jetson,repo_tools", "llm:jetson,repo_tools")};
  x.workers[1].live = false;
  x.workers[1].last_seen_s = 700;
  CHECK(summary(x)
        == "It waits for a worker that has llm:jetson. jetson could serve it and was last seen 300 "
           "seconds ago.");
  CHECK(explain(x).missing_caps == std::vector<std::string>{"llm:jetson"});
}

TEST_CASE("caps that only two workers have together are one worker's to bring", "[explain]") {
  const std::string required = "a,b";
  explain_facts x{queued_for(required), 0, 0, {worker("w1", "a", required), worker("w2", "b", required)}};
  CHECK(summary(x).find("one worker that has all of a, b") != std::string::npos);
  CHECK(explain(x).missing_caps.empty());
}

TEST_CASE("a job without requirements waits for anybody", "[explain]") {
  const explain_facts x{queued_for(""), 0, 0, {}};
  CHECK(summary(x).find("It waits for a worker: none is connected.") == 0);
}

TEST_CASE("a job that can be served waits for its turn", "[explain]") {
  explain_facts x{queued_for("a"), 0, 1, {worker("w1", "a", "a"), worker("w2", "a", "a")}};
  x.workers[0].running = 1;
  CHECK(summary(x)
        == "It waits for its turn: 1 job goes first, and 2 workers can serve it (w1, w2), 1 of them "
           "busy.");
}

TEST_CASE("a worker that is drained does not count, and is named", "[explain]") {
  explain_facts x{queued_for("a"), 0, 0, {worker("w1", "a", "a")}};
  x.workers[0].draining = true;
  CHECK(summary(x) == "It waits for a worker that takes jobs: w1 could serve it, but is being drained.");
}

TEST_CASE("a job that has a time says when", "[explain]") {
  explain_facts x{queued_for(""), 1'000, 0, {worker("w1", "", "")}};
  x.record.not_before_s = 1'090;
  CHECK(summary(x) == "It waits for its time, which comes in 90 seconds.");
}

TEST_CASE("a job that runs or has ended says where and how", "[explain]") {
  explain_facts x{queued_for(""), 1'000, 0, {}};
  auto& r = x.record;
  r.status = job_status::running;
  r.worker_id = "w1";
  r.attempt = 2;
  r.started_s = 990;
  r.lease_until_s = 1'050;
  CHECK(summary(x)
        == "It runs on w1 for 10 seconds, attempt 2 of 5; its lease ends in 50 seconds unless it is "
           "renewed.");
  r.status = job_status::done;
  r.end = job_end::done;
  CHECK(summary(x) == "It was done by w1 at attempt 2 of 5.");
  r.status = job_status::failed;
  r.end = job_end::failed;
  r.lease_id = "l";
  CHECK(summary(x).find("It failed: w1 said") == 0);
  r.end = job_end::dead;
  r.lease_id = "";
  CHECK(summary(x).find("It was given up after 2 attempts") == 0);
  r.end = job_end::cancelled;
  CHECK(summary(x) == "It was cancelled.");
  r.end = job_end::failed;
  r.deadline_s = 995;
  r.finished_s = 996;
  CHECK(summary(x) == "It failed: nobody worked on it when its deadline passed.");
}

TEST_CASE("the events of a job tell its attempts", "[explain]") {
  using enum job_event_kind;
  const auto event = [](job_event_kind kind, uint32_t attempt, std::string worker_id, int64_t at_ms,
                        std::string why = "") {
    return job_event{0, at_ms, kind, attempt, std::move(worker_id), std::move(why), ""};
  };
  const auto told = attempts_of({event(created, 0, "", 1), event(claimed, 1, "w1", 5),
                                 event(status, 1, "w1", 6),
                                 event(requeued, 1, "w1", 65, "lease_expired"),
                                 event(late_result, 1, "w1", 70, "a result came"),
                                 event(claimed, 2, "w2", 80)});
  REQUIRE(told.size() == 2);
  CHECK(told[0].worker_id == "w1");
  CHECK(told[0].ended_ms == 65);
  CHECK(told[0].end == "lease_expired");
  CHECK(told[1].attempt == 2);
  CHECK_FALSE(told[1].ended_ms);
  CHECK(told[1].end.empty());
}
