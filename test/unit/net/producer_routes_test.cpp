#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string job_path = "/jobs/" + to_string(sample_id(1));

/// All keys of the base contract.
const std::vector<std::string> base_keys
    = {"id",     "created_at", "started_at", "finished_at", "lease_until", "status",
       "command", "payload",    "result",     "error",       "worker_id",   "requires"};

} // namespace

TEST_CASE("health needs no token", "[net][api]") {
  asked_api door;
  const auto x = door.ask("GET", "/health")->body();
  CHECK(x.at("ok") == true);
  CHECK(x.at("ts_bound") == true);
}

TEST_CASE("a new job reaches the broker as its producer wrote it", "[net][api]") {
  asked_api door;
  const auto x = door.bot("POST", "/jobs",
                          R"({"command":" llm_task ","payload":"p","requires":{"caps":["b","a"]},)"
                          R"("max_attempts":3,"priority":-100,"requester":"me"})");
  CHECK(x->status() == 0); // nothing is told before it is committed
  const auto& asked = door.broker.creates.at(0);
  CHECK(asked.what.command == "llm_task");
  CHECK(asked.what.payload == "p");
  CHECK(asked.what.requires_json == R"({"caps":["b","a"]})");
  CHECK(asked.what.required == caps{{"a", "b"}});
  CHECK(asked.what.attempts_max == 3u);
  CHECK(asked.what.priority == -100);
  CHECK(asked.what.requester == "me");
  asked.answer.answer(created_job{sample_id(1), job_status::queued, true, 3});
  CHECK(x->status() == 200);
  const auto body = x->body();
  CHECK(body.at("id") == to_string(sample_id(1)));
  CHECK(body.at("position") == 3);
  CHECK(body.at("status") == "queued");
  CHECK(body.at("servable") == true);
  CHECK_FALSE(body.contains("repeated"));
}

TEST_CASE("what a producer leaves out has its default", "[net][api]") {
  asked_api door;
  door.bot("POST", "/jobs", R"({"command":"ping","payload":null,"requires":null})");
  door.bot("POST", "/jobs", R"({"command":"ping"})");
  for (const auto& x : door.broker.creates) {
    CHECK(x.what.payload.empty());
    CHECK_FALSE(x.what.requires_json);
    CHECK_FALSE(x.what.attempts_max);
    CHECK(x.what.priority == 0);
  }
  CHECK(door.broker.creates.size() == 2);
}

TEST_CASE("requires may be any JSON, and only its caps count", "[net][api]") {
  struct row {
    const char* sent;
    const char* stored;
    caps required;
  };
  const auto x = GENERATE(values<row>({
      {R"({"caps":["a"," b ",""]})", R"({"caps":["a"," b ",""]})", caps{{"a", "b"}}},
      {R"("{\"caps\":[\"a\"]}")", R"({"caps":["a"]})", caps{{"a"}}},
      {R"("  ")", "  ", caps{}},
      {R"("not json")", "not json", caps{}},
      {R"({"other":1})", R"({"other":1})", caps{}},
      {R"(["a"])", R"(["a"])", caps{}},
      {"7", "7", caps{}},
  }));
  asked_api door;
  door.bot("POST", "/jobs", std::string{R"({"command":"ping","requires":)"} + x.sent + '}');
  const auto& what = door.broker.creates.at(0).what;
  CHECK(what.requires_json == x.stored);
  CHECK(what.required == x.required);
}

TEST_CASE("over the rate nothing is created until the minute is over", "[net][api]") {
  auto options = asked_api::with_tokens();
  auto now = std::make_shared<rate_window::time_point>();
  options.jobs_per_minute_max = 2;
  options.now = [now] { return *now; };
  asked_api door{options};
  const auto post = [&] { return door.bot("POST", "/jobs", R"({"command":"ping"})"); };
  door.bot("POST", "/jobs", R"({"command":"nope"})"); // refused before it counts
  post();
  *now += 20s;
  post();
  CHECK(door.broker.creates.size() == 2);
  const auto refused = post();
  CHECK(refused->status() == 429);
  CHECK(refused->detail() == "rate limit exceeded");
  CHECK(refused->reply->fields == "Retry-After: 40\r\n");
  *now += 40s;
  post();
  CHECK(door.broker.creates.size() == 3);
}

TEST_CASE("a create that is sent again with its key does not count against the rate", "[net][api]") {
  auto options = asked_api::with_tokens();
  auto now = std::make_shared<rate_window::time_point>();
  options.jobs_per_minute_max = 2;
  options.now = [now] { return *now; };
  asked_api door{options};
  const auto post = [&](const std::string& key) {
    *now += 1s;
    return door.bot("POST", "/jobs", R"({"command":"ping"})", {{"Idempotency-Key", key}});
  };
  const auto answer = [&](outcome<created_job> x) { door.broker.creates.back().answer.answer(std::move(x)); };
  const created_job made{sample_id(1)};
  const created_job known{sample_id(1), job_status::queued, false, 1, true};
  post("a");
  CHECK_FALSE(door.broker.creates.back().only_repeat);
  answer(made);
  for (int i = 0; i < 5; ++i) { // within the rate
    const auto again = post("a");
    answer(known);
    CHECK(again->status() == 200);
  }
  post("b");
  CHECK_FALSE(door.broker.creates.back().only_repeat);
  answer(made);
  const auto again = post("a"); // above it
  CHECK(door.broker.creates.back().only_repeat);
  answer(known);
  CHECK(again->status() == 200);
  const auto third = post("c");
  CHECK(door.broker.creates.back().only_repeat);
  answer(failure{ec::rate_limited, "rate limit exceeded"});
  CHECK(third->status() == 429);
  CHECK(third->reply->fields == "Retry-After: 52\r\n"); // the first was eight seconds ago
  CHECK(door.log() == "event=job_rejected reason=rate_limit\n");
}

TEST_CASE("a full queue refuses", "[net][api]") {
  asked_api door;
  const auto x = door.bot("POST", "/jobs", R"({"command":"ping"})");
  door.broker.creates.at(0).answer.answer(failure{ec::queue_full, "job queue limit reached"});
  CHECK(x->status() == 429);
  CHECK(x->detail() == "job queue limit reached");
}

TEST_CASE("each job that the door rejects leaves its audit line", "[net][api]") {
  struct row {
    std::string body;
    const char* reason;
  };
  const auto x = GENERATE(values<row>({
      {std::string(524'289, ' '), "body_too_large"},
      {R"({"command":"nope"})", "invalid_command"},
      {R"({"command":"ping","payload":")" + std::string(262'145, 'x') + "\"}", "payload_too_large"},
      {R"({"command":"ping","requires":")" + std::string(2'049, 'x') + "\"}", "requires_too_large"},
      {R"({"command":"ping"})", "rate_limit"},
  }));
  auto options = asked_api::with_tokens();
  options.jobs_per_minute_max = 0;
  asked_api door{options};
  door.bot("POST", "/jobs", x.body);
  CHECK(door.log() == std::string{"event=job_rejected reason="} + x.reason + '\n');
}

TEST_CASE("a job has every key of the contract", "[net][api]") {
  asked_api door;
  door.broker.commit(creation(1, "pay"));
  const auto x = door.bot("GET", job_path)->body();
  for (const auto& key : base_keys) {
    INFO(key);
    CHECK(x.contains(key));
  }
  for (const auto* key : {"started_at", "finished_at", "lease_until", "result", "error", "worker_id",
                          "outcome", "lease_id", "requester"})
    CHECK(x.at(key).is_null());
  CHECK(x.at("status") == "queued");
  CHECK(x.at("payload") == "pay");
  CHECK(x.at("requires") == R"({"caps":["llm:vllm"]})");
  CHECK(x.at("attempt") == 0);
  CHECK(x.at("max_attempts") == 5);
}

TEST_CASE("a job with every field set is told in full", "[net][api]") {
  asked_api door;
  job_change change;
  change.after = full_job(1);
  change.texts = {{job_text::payload, "p"}, {job_text::result, "r\xff"}, {job_text::error, ""}};
  door.broker.commit(change);
  const auto x = door.bot("GET", job_path)->body();
  CHECK(x.at("started_at") == 1'700'000'100);
  CHECK(x.at("finished_at") == 1'700'000'200);
  CHECK(x.at("lease_until") == 1'700'000'160);
  CHECK(x.at("worker_id") == "jetson-1");
  CHECK(x.at("lease_id") == "lease-2");
  CHECK(x.at("priority") == -7);
  CHECK(x.at("cancel_asked") == true);
  CHECK(x.at("result") == "r\xef\xbf\xbd"); // not UTF-8: shown as U+FFFD
  CHECK(x.at("error") == "");
  CHECK(x.dump().find("boot-a") == std::string::npos);
}

TEST_CASE("jobs are listed newest first, page by page", "[net][api]") {
  asked_api door;
  for (uint64_t n = 1; n <= 5; ++n)
    door.broker.commit(creation(n));
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page = door.bot("GET", "/jobs?limit=2&cursor=" + cursor)->body();
    for (const auto& x : page.at("jobs"))
      seen.push_back(x.at("id"));
    cursor = page.at("next_cursor").is_null() ? "" : page.at("next_cursor").get<std::string>();
  } while (!cursor.empty());
  REQUIRE(seen.size() == 5);
  for (uint64_t n = 1; n <= 5; ++n)
    CHECK(seen[5 - n] == to_string(sample_id(n)));
}

TEST_CASE("a page of large jobs ends early and goes on from there", "[net][api]") {
  asked_api door;
  for (uint64_t n = 1; n <= 5; ++n)
    door.broker.commit(creation(n, std::string(600'000, 'x')));
  const auto page = door.bot("GET", "/jobs")->body();
  CHECK(page.at("jobs").size() == 2);
  CHECK(page.at("next_cursor") == to_string(sample_id(4)));
}

TEST_CASE("a listing can be narrowed", "[net][api]") {
  asked_api door;
  door.broker.commit(creation(1));
  door.broker.commit(completion(2));
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> all;
    const auto page = door.bot("GET", "/jobs?" + query)->body();
    for (const auto& x : page.at("jobs"))
      all.push_back(x.at("id"));
    return all;
  };
  CHECK(ids("status=done") == std::vector{to_string(sample_id(2))});
  CHECK(ids("status=queued") == std::vector{to_string(sample_id(1))});
  CHECK(ids("command=ping").empty());
  CHECK(ids("command=llm%5ftask&status=").size() == 2);
  CHECK(ids("requester=nobody").empty());
  CHECK(ids("worker_id=w").empty());
}

TEST_CASE("cancel and retry answer with the job as it is committed", "[net][api]") {
  asked_api door;
  door.broker.commit(completion(1));
  job reported = completion(1).after;
  reported.command = "something else";
  const auto cancel = door.bot("POST", job_path + "/cancel");
  CHECK(door.broker.cancels.at(0).id == sample_id(1));
  door.broker.cancels.at(0).answer.answer(reported);
  CHECK(cancel->body().at("command") == "llm_task");
  const auto retry = door.bot("POST", job_path + "/retry");
  door.broker.retries.at(0).answer.answer(failure{ec::not_failed, "only a failed job can be retried"});
  CHECK(retry->status() == 409);
  CHECK(retry->detail() == "only a failed job can be retried");
}

TEST_CASE("workers are shown with what they hold", "[net][api]") {
  asked_api door;
  const auto x = door.bot("GET", "/workers");
  worker_snapshot shown;
  shown.facts = {"w1", "boot", "1.2", caps{{"b", "a"}}};
  shown.first_seen_s = 1;
  shown.last_seen_s = 2;
  shown.polling = true;
  shown.running = {sample_id(1)};
  door.broker.workers_questions.at(0).answer.answer(std::vector{shown});
  const auto worker = x->body().at("workers").at(0);
  CHECK(worker.at("id") == "w1");
  CHECK(worker.at("caps") == json::array({"a", "b"}));
  CHECK(worker.at("version") == "1.2");
  CHECK(worker.at("polling") == true);
  CHECK(worker.at("live") == false);
  CHECK(worker.at("running") == json::array({to_string(sample_id(1))}));
  CHECK_FALSE(worker.contains("boot_id"));
}

TEST_CASE("the queue is shown in figures", "[net][api]") {
  asked_api door;
  const auto x = door.bot("GET", "/queue");
  queue_facts facts;
  facts.waiting = {{caps{{"a"}}, 7, 1'700'000'000, true}, {caps{}, 1, 1'700'000'200, false}};
  facts.queued = 8;
  facts.running = 2;
  facts.waiting_claims = 3;
  door.broker.queue_questions.at(0).answer.answer(facts);
  const auto body = x->body();
  CHECK(body.at("queued") == 8);
  CHECK(body.at("running") == 2);
  CHECK(body.at("waiting_claims") == 3);
  CHECK(body.at("waiting").at(0)
        == json{{"caps", {"a"}},
                {"queued", 7},
                {"oldest_created_at", 1'700'000'000},
                {"oldest_age_s", 100},
                {"servable", true}});
  CHECK(body.at("waiting").at(1).at("oldest_age_s") == 0); // clocks may step back
}

TEST_CASE("an answer that was dropped says that the broker restarts", "[net][api]") {
  asked_api door;
  const auto x = door.bot("GET", "/queue");
  door.broker.queue_questions.clear();
  CHECK(x->status() == 503);
  CHECK(x->detail() == "the broker is restarting a part of itself; try again");
  CHECK(x->reply->fields == "Retry-After: 1\r\n");
}
