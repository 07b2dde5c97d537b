#include "net/metrics_text.hpp"
#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

/// What the test turns.
struct hands {
  int64_t wall_s = 1'800'000'000;
  rate_window::time_point now{1h};
  std::shared_ptr<commit_tally> commits = std::make_shared<commit_tally>();
  std::shared_ptr<http_tally> http = std::make_shared<http_tally>();
  std::shared_ptr<prune_tally> pruned = std::make_shared<prune_tally>();
};

broker_http_options held_by(hands& x) {
  auto options = asked_api::with_tokens();
  options.wall_s = [&x] { return x.wall_s; };
  options.now = [&x] { return x.now; };
  options.tallies = {x.commits, x.http, x.pruned};
  return options;
}

struct watched : hands, asked_api {
  watched() : asked_api(held_by(*this)) {}

  void pass(std::chrono::seconds time) {
    wall_s += time.count();
    now += time;
    api.round_over();
  }

  /// Asks, and has the queue answer.
  exchange_ptr ask_queue(std::string_view path, queue_facts facts = {}) {
    const auto asked = bot("GET", path);
    broker.queue_questions.back().answer.answer(std::move(facts));
    asked->run();
    return asked;
  }

  std::string metrics(queue_facts facts = {}) {
    const auto asked = ask_queue("/metrics", std::move(facts));
    REQUIRE(asked->reply);
    CHECK(asked->reply->status == 200);
    return asked->reply->body;
  }
};

bool has_line(const std::string& page, const std::string& line) {
  return page.find('\n' + line + '\n') != std::string::npos;
}

std::size_t count_of(const std::string& page, const std::string& what) {
  std::size_t n = 0;
  for (auto at = page.find(what); at != std::string::npos; at = page.find(what, at + 1))
    ++n;
  return n;
}

} // namespace

TEST_CASE("a label escapes what the format gives a meaning", "[net][metrics]") {
  CHECK(label_text("plain") == "plain");
  CHECK(label_text("a\"b\\c\nd") == "a\\\"b\\\\c\\nd");
  CHECK(label_text("\xff") == "\xEF\xBF\xBD");
  CHECK(label_text("\xC3\xA9\"") == "\xC3\xA9\\\"");
}

TEST_CASE_METHOD(watched, "metrics are text of version 0.0.4, for producers only", "[net][metrics]") {
  CHECK(ask("GET", "/metrics")->status() == 401);
  CHECK(worker("GET", "/metrics")->status() == 401);
  const auto asked = ask_queue("/metrics");
  CHECK(asked->reply->content_type == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE_METHOD(watched, "a token may come as a bearer's", "[net][metrics]") {
  CHECK(ask("GET", "/jobs", {{"Authorization", "Bearer bot-secret"}})->status() == 200);
  CHECK(ask("GET", "/jobs", {{"Authorization", "bearer bot-secret"}})->status() == 200);
  CHECK(ask("GET", "/jobs", {{"Authorization", "Bearer worker-secret"}})->status() == 401);
  CHECK(ask("GET", "/jobs", {{"Authorization", "Basic bot-secret"}})->status() == 401);
  CHECK(ask("GET", "/jobs", {{"Authorization", "Bearer "}})->status() == 401);
  CHECK(ask("GET", "/jobs", {{"X-Bot-Token", "wrong"}, {"Authorization", "Bearer bot-secret"}})->status() == 401);
}

TEST_CASE_METHOD(watched, "metrics show the queue", "[net][metrics]") {
  queue_facts facts;
  facts.waiting = {{caps{{"llm:vllm"}}, 3, wall_s - 40, false}, {caps{}, 2, wall_s - 7, true}};
  facts.live = {{caps{{"a", "b"}}, 2}};
  facts.queued = 6;
  facts.running = 1;
  facts.waiting_claims = 4;
  const auto page = metrics(facts);
  CHECK(has_line(page, "openclaw_jobs{status=\"queued\"} 6"));
  CHECK(has_line(page, "openclaw_queue_jobs{caps=\"llm:vllm\"} 3"));
  CHECK(has_line(page, "openclaw_queue_jobs{caps=\"\"} 2"));
  CHECK(has_line(page, "openclaw_queue_oldest_age_seconds{caps=\"llm:vllm\"} 40"));
  CHECK(has_line(page, "openclaw_queue_oldest_seconds 40"));
  CHECK(has_line(page, "openclaw_queue_unservable_jobs 3"));
  CHECK(has_line(page, "openclaw_claims_waiting 4"));
  CHECK(has_line(page, "openclaw_workers_live{caps=\"a,b\"} 2"));
}

TEST_CASE_METHOD(watched, "nobody floods the metrics with caps", "[net][metrics]") {
  queue_facts facts;
  for (int i = 0; i < 500; ++i)
    facts.waiting.push_back({caps{{"cap-" + std::to_string(i)}}, static_cast<uint64_t>(i), wall_s - i, true});
  facts.waiting.push_back({caps{{std::string(3'000, 'x')}}, 10'000, wall_s, true});
  const auto page = metrics(facts);
  CHECK(count_of(page, "openclaw_queue_jobs{") == 21);
  CHECK(has_line(page, "openclaw_queue_jobs{caps=\"cap-499\"} 499"));
  CHECK(has_line(page, "openclaw_queue_jobs{caps=\"(others)\"} 124960")); // 0 + ... + 479, and the long one
}

TEST_CASE_METHOD(watched, "metrics count what was committed", "[net][metrics]") {
  commits->begin(0);
  commits->end({creation(1), creation(2)}, done{}, 3'000);
  const auto page = metrics();
  CHECK(has_line(page, "openclaw_jobs_created_total 2"));
  CHECK(has_line(page, "openclaw_commit_changes_bucket{le=\"1\"} 0"));
  CHECK(has_line(page, "openclaw_commit_changes_bucket{le=\"2\"} 1"));
  CHECK(has_line(page, "openclaw_commit_changes_sum 2"));
  CHECK(has_line(page, "openclaw_commit_seconds_bucket{le=\"0.0025\"} 0"));
  CHECK(has_line(page, "openclaw_commit_seconds_bucket{le=\"0.005\"} 1"));
  CHECK(has_line(page, "openclaw_commit_seconds_bucket{le=\"+Inf\"} 1"));
  CHECK(has_line(page, "openclaw_commit_seconds_sum 0.003"));
  CHECK(has_line(page, "openclaw_jobs_requeued_total{reason=\"lease_expired\"} 0"));
}

TEST_CASE_METHOD(watched, "metrics count what retention took out, by limit", "[net][metrics]") {
  pruned->add(prune_reason::age);
  pruned->add(prune_reason::age);
  pruned->add(prune_reason::size);
  const auto page = metrics();
  CHECK(has_line(page, "openclaw_jobs_pruned_total{reason=\"age\"} 2"));
  CHECK(has_line(page, "openclaw_jobs_pruned_total{reason=\"count\"} 0"));
  CHECK(has_line(page, "openclaw_jobs_pruned_total{reason=\"size\"} 1"));
}

TEST_CASE_METHOD(watched, "metrics count what the door refuses", "[net][metrics]") {
  bot("POST", "/jobs", R"({"command":"dance"})");
  bot("POST", "/jobs", "{");
  bot("POST", "/jobs", R"({"command":"ping","payload":1})");
  bot("POST", "/jobs", R"({"command":"ping"})");
  broker.creates.back().answer.answer(failure{ec::queue_full, ""});
  CHECK(bot("POST", "/jobs", std::string(600'000, ' '))->status() == 413);
  const auto page = metrics();
  for (auto reason : {"invalid_command", "invalid_json", "invalid_shape", "body_too_large"})
    CHECK(has_line(page, std::string{"openclaw_creates_rejected_total{reason=\""} + reason + "\"} 1"));
  CHECK(has_line(page, "openclaw_creates_rejected_total{reason=\"rate_limit\"} 0"));
}

TEST_CASE_METHOD(watched, "metrics tell late, lost and old workers' results", "[net][metrics]") {
  const auto path = "/jobs/" + to_string(sample_id(1)) + "/result";
  const auto post = [&](header_list headers, outcome<finish_request::answer_type> answer) {
    const auto asked = worker("POST", path, R"({"result":"r"})", std::move(headers));
    broker.finishes.back().answer.answer(std::move(answer));
    asked->run();
  };
  post({{"X-Lease-Id", "l"}}, finish_request::answer_type{job_status::done, "", true});
  post({{"X-Lease-Id", "l"}}, failure{ec::lease_lost, ""});
  post({}, finish_request::answer_type{job_status::done, "", false});
  const auto page = metrics();
  CHECK(has_line(page, "openclaw_results_late_total 1"));
  CHECK(has_line(page, "openclaw_results_lost_total 1"));
  CHECK(has_line(page, "openclaw_legacy_calls_total 1"));
}

TEST_CASE_METHOD(watched, "metrics name the route of a request, never its path", "[net][metrics]") {
  const auto secret = to_string(sample_id(77));
  bot("GET", "/jobs/" + secret);
  http->answered(5, 404, 800us);
  http->answered(0, 431, std::nullopt);
  const auto page = metrics();
  CHECK(page.find(secret) == std::string::npos);
  CHECK(has_line(page, "openclaw_http_requests_total{route=\"GET /jobs/{id}\",status=\"404\"} 1"));
  CHECK(has_line(page, "openclaw_http_requests_total{route=\"none\",status=\"431\"} 1"));
  CHECK(has_line(page, "openclaw_http_request_seconds_bucket{route=\"GET /jobs/{id}\",le=\"0.001\"} 1"));
}

TEST_CASE_METHOD(watched, "metrics say that a store cannot be looked at", "[net][metrics]") {
  broker.readable = false;
  const auto page = metrics();
  CHECK(has_line(page, "openclaw_store_up 0"));
  CHECK(page.find("openclaw_store_bytes") == std::string::npos);
}

TEST_CASE_METHOD(watched, "a broker that can work is ready", "[net][ready]") {
  pass(10s);
  const auto asked = ask_queue("/ready");
  CHECK(asked->status() == 200);
  CHECK(asked->body().at("ready") == true);
  CHECK(asked->body().at("checks").size() == 4);
  CHECK(ask("GET", "/ready")->reply == std::nullopt); // it is asked, without a token
}

TEST_CASE_METHOD(watched, "a broker that cannot work says why not", "[net][ready]") {
  pass(10s);
  SECTION("its store cannot be read") {
    broker.readable = false;
    const auto asked = ask_queue("/ready");
    CHECK(asked->status() == 503);
    CHECK(asked->detail() == "not ready: the store cannot be read; the broker's log says why");
    CHECK(asked->body().at("checks").at("store").at("ok") == false);
    CHECK(asked->reply->fields == "Retry-After: 1\r\n");
  }
  SECTION("a commit failed just now") {
    commits->begin(0);
    commits->end({}, failure{ec::store_broken, "/var/lib/x"}, since_epoch_us(now));
    CHECK(ask_queue("/ready")->detail() == "not ready: the last commit failed; the broker's log says why");
  }
  SECTION("its clock was set") {
    wall_s += 3'600;
    pass(2s);
    const auto asked = ask_queue("/ready");
    CHECK(asked->status() == 503);
    CHECK(asked->detail().find("forward by 3600 s") != std::string::npos);
    CHECK(log().find("event=clock_set by_ms=3600000") != std::string::npos);
    CHECK(has_line(metrics(), "openclaw_clock_jumps_total 1"));
    pass(60s);
    CHECK(ask_queue("/ready")->status() == 200);
  }
  SECTION("its queue is being started anew") {
    const auto asked = ask("GET", "/ready");
    broker.queue_questions.back().answer.answer(failure{ec::unavailable, "x"});
    CHECK(asked->status() == 503);
    CHECK(asked->body().at("checks").at("queue").at("ok") == false);
  }
}
