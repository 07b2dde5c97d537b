#include "net/broker_client.hpp"
#include "test/support/catch.hpp"
#include "test/support/http_fake.hpp"

#include <chrono>
#include <thread>

using namespace claw;
using claw::test::fake_request;
using claw::test::http_fake;
using namespace std::chrono_literals;

namespace {

const std::string token = "w-secret-token-0123456789";
const worker_identity me{"box-1", "boot-1", "1.2.3", caps{{"repo_tools", "llm:vllm"}}};

std::unique_ptr<worker_api> worker(const http_fake& fake) {
  auto x = make_worker_client({fake.url(), token});
  REQUIRE(x);
  return std::move(*x);
}

std::unique_ptr<producer_api> producer(const http_fake& fake) {
  auto x = make_producer_client({fake.url(), token});
  REQUIRE(x);
  return std::move(*x);
}

remote_job job_with_lease(const std::string& lease_id) {
  remote_job x;
  x.id = "0a0b0c0d-0000-4000-8000-000000000001";
  x.lease_id = lease_id;
  return x;
}

const std::string running_job
    = R"({"id":"j1","status":"running","command":"ping","payload":"hi","result":null,"error":null,)"
      R"("created_at":1,"started_at":2,"finished_at":null,"lease_until":62,"worker_id":"box-1",)"
      R"("requires":null,"lease_id":"L1","attempt":2,"checkpoint":{"step":1}})";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a claim carries the identity and reads the grant", "[net][broker_client]") {
  const std::string grant = "{\"job\":" + running_job + "}";
  http_fake fake{[&](const fake_request&) { return http_fake::answer(200, grant); }};
  auto broker = worker(fake);
  const auto job = broker->claim(me, 25s, {});
  REQUIRE(job);
  REQUIRE(job->has_value());
  CHECK((*job)->lease_id == "L1");
  CHECK((*job)->attempt == 2);
  CHECK((*job)->checkpoint_json == R"({"step":1})");
  CHECK((*job)->lease_until_s == 62);
  CHECK_FALSE((*job)->requires_json);
  const auto x = fake.requests().at(0);
  CHECK(x.line == "GET /jobs/next?wait=25 HTTP/1.1");
  CHECK(has(x.head, "X-Worker-Caps: [\"llm:vllm\",\"repo_tools\"]\r\n"));
  CHECK(has(x.head, "X-Worker-Id: box-1\r\n"));
  CHECK(has(x.head, "X-Worker-Boot-Id: boot-1\r\n"));
  CHECK(has(x.head, "X-Worker-Version: 1.2.3\r\n"));
  CHECK(has(x.head, "X-Worker-Token: " + token + "\r\n"));
}

TEST_CASE("a client keeps its connection open", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return http_fake::answer(200, R"({"job":null})"); }};
  auto broker = worker(fake);
  for (int i = 0; i < 5; ++i) {
    const auto job = broker->claim(me, 0s, {});
    REQUIRE(job);
    CHECK_FALSE(job->has_value());
  }
  CHECK(fake.connections() == 1);
}

TEST_CASE("a stop wakes a held claim at once", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return http_fake::hold; }};
  auto broker = worker(fake);
  stop_source source;
  std::thread stopper{[&] {
    while (fake.requests().empty())
      std::this_thread::yield();
    source.stop();
  }};
  const auto job = broker->claim(me, 25s, source.token());
  const auto after_stop = std::chrono::steady_clock::now();
  stopper.join();
  REQUIRE_FALSE(job);
  CHECK(job.error().code == ec::cancelled);
  CHECK(std::chrono::steady_clock::now() - after_stop < 1s);
}

TEST_CASE("answers of the broker become the errors of the port", "[net][broker_client]") {
  struct row {
    int status;
    std::string body;
    ec code;
    std::string why;
  };
  const std::vector<row> rows = {
      {401, R"({"detail":"bad worker token"})", ec::bad_token, "bad worker token"},
      {404, R"({"detail":"job not found"})", ec::no_such_job, "job not found"},
      {404, R"({"detail":"Not Found"})", ec::unreachable,
       "something that is not the broker answered 404; is BROKER_URL right, and the broker behind its proxy up?"},
      {409, R"({"detail":"lease lost"})", ec::lease_lost, "lease lost"},
      {400, R"({"detail":"job not in running state: queued"})", ec::refused,
       "job not in running state: queued"},
      {413, "", ec::body_too_large, "the broker answered 413"},
      {413, R"({"detail":"request body too large"})", ec::body_too_large, "request body too large"},
      {422, R"({"detail":[{"loc":["body"]}]})", ec::refused, "the broker answered 422"},
      {429, R"({"detail":"rate limit exceeded"})", ec::rate_limited, "rate limit exceeded"},
      {429, R"({"detail":"job queue limit reached"})", ec::queue_full, "job queue limit reached"},
      {503, "<html>", ec::unreachable, "the broker answered 503"},
      {500, R"({"detail":"WORKER_TOKEN not configured"})", ec::unreachable,
       "the broker answered 500: WORKER_TOKEN not configured"},
      {400, R"({"detail":"echo )" + token + R"("})", ec::refused, "echo ***"},
      {400, R"({"detail":"two\nlines"})", ec::refused, "two lines"},
  };
  std::size_t at = 0;
  http_fake fake{
      [&](const fake_request&) { return http_fake::answer(rows[at].status, rows[at].body); }};
  auto broker = worker(fake);
  for (; at < rows.size(); ++at) {
    const auto x = broker->post_result(me, job_with_lease("L1"), "done");
    REQUIRE_FALSE(x);
    CHECK(x.error().code == rows[at].code);
    CHECK(x.error().why == rows[at].why);
  }
}

TEST_CASE("a redirect is not followed with a token", "[net][broker_client]") {
  http_fake other{[](const fake_request&) { return http_fake::answer(200, "{}"); }};
  http_fake fake{[&](const fake_request&) {
    return http_fake::answer(307, "", "Location: " + other.url() + "/jobs/next\r\n");
  }};
  const auto x = worker(fake)->claim(me, 0s, {});
  REQUIRE_FALSE(x);
  CHECK(x.error().code == ec::unreachable); // so that no result is given up for it
  CHECK(other.requests().empty());
}

TEST_CASE("no broker at all is unreachable and names no token", "[net][broker_client]") {
  auto broker = make_worker_client({"http://127.0.0.1:1", token});
  REQUIRE(broker);
  const auto x = (*broker)->claim(me, 0s, {});
  REQUIRE_FALSE(x);
  CHECK(x.error().code == ec::unreachable);
  CHECK(has(x.error().why, "cannot reach the broker at http://127.0.0.1:1"));
  CHECK_FALSE(has(x.error().why, token));
}

TEST_CASE("a connection that breaks is unreachable", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return std::string{}; }};
  const auto x = worker(fake)->post_result(me, job_with_lease(""), "done");
  REQUIRE_FALSE(x);
  CHECK(x.error().code == ec::unreachable);
}

TEST_CASE("hostile answers are bad replies", "[net][broker_client]") {
  const std::vector<std::string> bodies = {
      "",
      "null",
      "[]",
      "not json",
      "{}",
      R"({"job":17})",
      R"({"job":{}})",
      R"({"job":{"id":null,"status":"running"}})",
      R"({"job":{"id":"a\r\nX-Evil: 1","status":"running"}})",
      R"({"job":{"id":"j","status":"running","lease_id":"a\nb"}})",
      R"({"job":{"id":"j","status":"sideways"}})",
      "{\"job\":\"\xff\xfe\"}",
      R"({"job":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
      R"({"job":{"id":")" + std::string(300, 'x') + R"(","status":"running"}})",
  };
  std::size_t at = 0;
  http_fake fake{[&](const fake_request&) { return http_fake::answer(200, bodies[at]); }};
  auto broker = worker(fake);
  for (; at < bodies.size(); ++at) {
    const auto x = broker->claim(me, 0s, {});
    INFO(bodies[at].substr(0, 80));
    REQUIRE_FALSE(x);
    CHECK(x.error().code == ec::bad_reply);
  }
}

TEST_CASE("numbers of any size in a grant do no harm", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) {
    return http_fake::answer(200, R"({"job":{"id":"j","status":"running","command":"ping",)"
                                  R"("payload":null,"lease_until":99999999999999999999,)"
                                  R"("attempt":-5,"created_at":1.5,"outcome":null}})");
  }};
  const auto x = worker(fake)->claim(me, 0s, {});
  REQUIRE(x);
  CHECK((*x)->attempt == 0);
  CHECK_FALSE((*x)->created_s);
}

TEST_CASE("an old broker is asked once for what it does not know", "[net][broker_client]") {
  http_fake fake{
      [](const fake_request&) { return http_fake::answer(404, R"({"detail":"Not Found"})"); }};
  auto broker = worker(fake);
  const auto job = job_with_lease("");
  const auto renewed = broker->renew(me, job);
  REQUIRE(renewed);
  CHECK_FALSE(renewed->supported);
  const auto reported = broker->post_events(me, job, "[]");
  REQUIRE(reported);
  CHECK_FALSE(reported->supported);
  const auto released = broker->release(me, job);
  REQUIRE_FALSE(released);
  CHECK(released.error().why.starts_with(broker_too_old));
  CHECK(fake.requests().size() == 1);
}

TEST_CASE("a missing page between a runner and its broker is trouble on the way", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return http_fake::answer(404, "<html>not here</html>"); }};
  auto broker = worker(fake);
  const auto job = job_with_lease("L7"); // its broker knows renewals
  CHECK(broker->renew(me, job).error().code == ec::unreachable);
  CHECK(broker->post_events(me, job, "[]").error().code == ec::unreachable);
  CHECK(broker->release(me, job).error().code == ec::unreachable);
  CHECK(broker->post_result(me, job, "r").error().code == ec::unreachable);
  CHECK(broker->post_failure(me, job_with_lease(""), "e").error().code == ec::unreachable);
}

TEST_CASE("a job is released only where the broker says so", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return http_fake::answer(409, R"({"detail":"lease lost"})"); }};
  CHECK(worker(fake)->release(me, job_with_lease("L7")).error().code == ec::lease_lost);
}

TEST_CASE("a job with a lease id is renewed with it", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) {
    return http_fake::answer(200, R"({"ok":true,"lease_until":1234,"cancel":true})");
  }};
  const auto x = worker(fake)->renew(me, job_with_lease("L7"));
  REQUIRE(x);
  CHECK(x->supported);
  CHECK(x->lease_until_s == 1234);
  CHECK(x->cancel);
  const auto request = fake.requests().at(0);
  CHECK(request.line == "POST /jobs/0a0b0c0d-0000-4000-8000-000000000001/heartbeat HTTP/1.1");
  CHECK(has(request.head, "X-Lease-Id: L7\r\n"));
}

TEST_CASE("a result that is no UTF-8 is sent all the same", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) { return http_fake::answer(200, "{}"); }};
  CHECK(worker(fake)->post_result(me, job_with_lease(""), "caf\xe9"));
  CHECK(fake.requests().at(0).body == "{\"result\":\"caf\xef\xbf\xbd\"}");
}

TEST_CASE("a job is created with a key, so that a repeat makes no second one",
          "[net][broker_client]") {
  http_fake fake{[](const fake_request&) {
    return http_fake::answer(200, R"({"id":"j9","status":"queued"})");
  }};
  auto broker = producer(fake);
  const auto made = broker->create({"ping", "hi", R"({"caps":["llm:vllm"]})", "me"});
  REQUIRE(made);
  CHECK(made->id == "j9");
  CHECK_FALSE(made->position);
  const auto x = fake.requests().at(0);
  CHECK(has(x.head, "X-Bot-Token: " + token + "\r\n"));
  CHECK(has(x.head, "Idempotency-Key: "));
  CHECK(has(x.body, R"("requires":"{\"caps\":[\"llm:vllm\"]}")"));
}

TEST_CASE("what an old broker cannot tell is said plainly", "[net][broker_client]") {
  http_fake fake{[](const fake_request&) {
    return http_fake::answer(405, R"({"detail":"Method Not Allowed"})");
  }};
  const auto x = producer(fake)->list({});
  REQUIRE_FALSE(x);
  CHECK(x.error().code == ec::refused);
  CHECK(x.error().why == "this broker does not know GET /jobs");
}

TEST_CASE("an id of a job cannot leave its place in the path", "[net][broker_client]") {
  http_fake fake{
      [](const fake_request&) { return http_fake::answer(404, R"({"detail":"job not found"})"); }};
  const auto x = producer(fake)->find("../../queue?x=1 #");
  REQUIRE_FALSE(x);
  CHECK(x.error().code == ec::no_such_job);
  CHECK(fake.requests().at(0).line == "GET /jobs/..%2F..%2Fqueue%3Fx%3D1%20%23 HTTP/1.1");
}
