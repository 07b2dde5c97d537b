#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const job_id id = sample_id(1);
const std::string job_path = "/jobs/" + to_string(id);

std::optional<grant> granted() {
  return grant{{full_job(1), "payload", std::nullopt, std::nullopt}, R"({"step":1})"};
}

const header_list all_of_a_worker = {
    {"X-Worker-Id", "w1"},        {"X-Worker-Boot-Id", "boot-1"}, {"X-Worker-Version", "1.2"},
    {"X-Worker-Caps", R"(["b","a"])"}, {"X-Lease-Id", "lease-2"},
};

} // namespace

// -- claims --------------------------------------------------------------------------------------------------------

TEST_CASE("a result counts by its own bytes, however it is escaped", "[net][api]") {
  auto options = asked_api::with_tokens();
  options.result_bytes_max = 10'000;
  asked_api door{options};
  const auto path = "/jobs/" + to_string(sample_id(1)) + "/result";
  const auto escaped = [](std::size_t count) {
    std::string body = R"({"result":")";
    for (std::size_t i = 0; i < count; ++i)
      body += "\\u0001";
    return body + "\"}";
  };
  door.worker("POST", path, escaped(10'000));
  REQUIRE(door.broker.finishes.size() == 1);
  CHECK(door.broker.finishes[0].text.size() == 10'000);
  CHECK(door.worker("POST", path, escaped(10'001))->status() == 413);
}

TEST_CASE("a claim tells the broker who asks, and for how long", "[net][api]") {
  asked_api door;
  door.worker("GET", "/jobs/next?wait=25", "", all_of_a_worker);
  const auto& x = door.broker.claims.at(0);
  CHECK(x.worker.worker_id == "w1");
  CHECK(x.worker.boot_id == "boot-1");
  CHECK(x.worker.version == "1.2");
  CHECK(x.worker.caps == caps{{"a", "b"}});
  CHECK(x.wait == 25s);
  CHECK(door.broker.seen.empty()); // the claim itself is a sign of life
}

TEST_CASE("a claim of an old worker says little", "[net][api]") {
  asked_api door;
  door.worker("GET", "/jobs/next", "", {{"X-Worker-Id", "  "}});
  const auto& x = door.broker.claims.at(0);
  CHECK(x.worker.worker_id.empty());
  CHECK(x.worker.caps.size() == 0);
  CHECK(x.wait == 0s);
}

TEST_CASE("caps are a JSON array or a list", "[net][api]") {
  struct row {
    const char* header;
    caps expected;
  };
  const auto x = GENERATE(values<row>({
      {R"(["a"," b ","",5])", caps{{"a", "b"}}},
      {" a , b,,", caps{{"a", "b"}}},
      {"[1]", caps{}},
      {R"([["a"],{"b":"c"},null])", caps{}},
      {"[a,b", caps{{"[a", "b"}}},
      {R"(["a", b])", caps{{R"(["a")", "b]"}}},
      {"", caps{}},
      {"[]", caps{}},
  }));
  asked_api door;
  door.worker("GET", "/jobs/next", "", {{"X-Worker-Caps", x.header}});
  INFO(x.header);
  CHECK(door.broker.claims.at(0).worker.caps == x.expected);
}

TEST_CASE("a wait may have a fraction", "[net][api]") {
  asked_api door;
  door.worker("GET", "/jobs/next?wait=0.25");
  door.worker("GET", "/jobs/next?wait=60");
  door.worker("GET", "/jobs/next?wait=");
  CHECK(door.broker.claims.at(0).wait == 250ms);
  CHECK(door.broker.claims.at(1).wait == 60s);
  CHECK(door.broker.claims.at(2).wait == 0s);
}

TEST_CASE("a grant carries the job, its lease and its checkpoint", "[net][api]") {
  asked_api door;
  const auto x = door.worker("GET", "/jobs/next?wait=25");
  CHECK(x->status() == 0);
  door.broker.claims.at(0).answer.answer(granted());
  const auto body = x->body();
  const auto& given = body.at("job");
  CHECK(given.at("id") == to_string(id));
  CHECK(given.at("payload") == "payload");
  CHECK(given.at("lease_id") == "lease-2");
  CHECK(given.at("attempt") == 2);
  CHECK(given.at("checkpoint") == json{{"step", 1}});
}

TEST_CASE("a claim that gets nothing is answered with no job", "[net][api]") {
  asked_api door;
  const auto x = door.worker("GET", "/jobs/next");
  door.broker.claims.at(0).answer.answer(std::optional<grant>{});
  CHECK(x->status() == 200);
  CHECK(x->reply->body == R"({"job":null})");
}

TEST_CASE("a broker that goes down has no job, one that restarts says so", "[net][api]") {
  asked_api door;
  const auto restarting = door.worker("GET", "/jobs/next");
  door.broker.claims.clear();
  CHECK(restarting->status() == 503);
  door.api.stop();
  const auto stopping = door.worker("GET", "/jobs/next?wait=25");
  door.broker.claims.at(0).answer.answer(failure{ec::unavailable, "the broker is going down"});
  CHECK(stopping->status() == 200);
  CHECK(stopping->reply->body == R"({"job":null})");
}

TEST_CASE("a claim whose client goes away is taken back", "[net][api]") {
  asked_api door;
  const auto x = door.worker("GET", "/jobs/next?wait=25");
  door.worker("GET", "/jobs/next?wait=25");
  x->leave();
  REQUIRE(door.broker.closed_polls.size() == 1);
  CHECK(door.broker.closed_polls[0].poll == door.broker.claims.at(0).poll);
  CHECK(door.broker.claims.at(0).poll != door.broker.claims.at(1).poll);
}

TEST_CASE("a claim whose client has left already is taken back after it was made", "[net][api]") {
  asked_api door;
  const header_list headers{{"X-Worker-Token", "worker-secret"}};
  door.ask("GET", "/jobs/next?wait=25", headers, "", true);
  CHECK(door.broker.order == std::vector<std::string>{"claim", "poll_closed"});
}

TEST_CASE("a grant that nobody received is released", "[net][api]") {
  asked_api door;
  const auto x = door.worker("GET", "/jobs/next?wait=25", "", all_of_a_worker);
  door.broker.claims.at(0).answer.answer(granted());
  CHECK(x->status() == 200);
  CHECK(door.broker.releases.empty());
  x->lose_answer();
  REQUIRE(door.broker.releases.size() == 1);
  const auto& back = door.broker.releases[0];
  CHECK(back.id == id);
  CHECK(back.proof.lease_id == "lease-2");
  CHECK(back.proof.worker_id == "w1");
}

TEST_CASE("no job needs no release", "[net][api]") {
  asked_api door;
  const auto x = door.worker("GET", "/jobs/next");
  door.broker.claims.at(0).answer.answer(std::optional<grant>{});
  CHECK(x->status() == 200);
  CHECK_FALSE(x->reply->undelivered);
}

// -- the holder of a lease -----------------------------------------------------------------------------------------

TEST_CASE("a result reaches the broker with its proof", "[net][api]") {
  asked_api door;
  const auto x = door.worker("POST", job_path + "/result", R"({"result":" r "})", all_of_a_worker);
  const auto& asked = door.broker.finishes.at(0);
  CHECK(asked.id == id);
  CHECK(asked.kind == finish_kind::result);
  CHECK(asked.text == " r ");
  CHECK(asked.proof.lease_id == "lease-2");
  CHECK(asked.proof.worker_id == "w1");
  REQUIRE(door.broker.seen.size() == 1);
  CHECK(door.broker.seen[0].worker.worker_id == "w1");
  asked.answer.answer(finish_request::answer_type{job_status::done, "", false});
  CHECK(x->body() == json{{"ok", true}, {"status", "done"}});
}

TEST_CASE("an old worker shows nothing and is no sign of life", "[net][api]") {
  asked_api door;
  door.worker("POST", job_path + "/result", R"({"result":""})");
  CHECK_FALSE(door.broker.finishes.at(0).proof.lease_id);
  CHECK_FALSE(door.broker.finishes.at(0).proof.worker_id);
  CHECK(door.broker.seen.empty());
}

TEST_CASE("a failure is told trimmed, and a blank one as unknown", "[net][api]") {
  const auto [body, text] = GENERATE(table<std::string, std::string>({
      {R"({"error":" boom \n"})", "boom"},
      {R"({"error":" \t"})", "unknown"},
      {R"({"error":null})", "unknown"},
      {"{}", "unknown"},
      {"", "unknown"},
  }));
  asked_api door;
  door.worker("POST", job_path + "/fail", body);
  CHECK(door.broker.finishes.at(0).kind == finish_kind::failure);
  CHECK(door.broker.finishes.at(0).text == text);
}

TEST_CASE("notes and lateness are told where there are any", "[net][api]") {
  asked_api door;
  const auto x = door.worker("POST", job_path + "/fail");
  door.broker.finishes.at(0).answer.answer(
      finish_request::answer_type{job_status::done, "already done; fail ignored", true});
  CHECK(x->body()
        == json{{"ok", true}, {"status", "done"}, {"note", "already done; fail ignored"}, {"late", true}});
}

TEST_CASE("a heartbeat says until when, and whether to stop", "[net][api]") {
  asked_api door;
  const auto x = door.worker("POST", job_path + "/heartbeat", "", all_of_a_worker);
  CHECK(door.broker.renewals.at(0).proof.lease_id == "lease-2");
  door.broker.renewals.at(0).answer.answer(renewal{77, true});
  CHECK(x->body() == json{{"ok", true}, {"lease_until", 77}, {"cancel", true}});
  CHECK(door.broker.seen.size() == 1);
}

TEST_CASE("a job can be given back", "[net][api]") {
  asked_api door;
  const auto x = door.worker("POST", job_path + "/release", "", all_of_a_worker);
  CHECK(door.broker.releases.at(0).proof.worker_id == "w1");
  door.broker.releases.at(0).answer.answer(done{});
  CHECK(x->body() == json{{"ok", true}});
}

TEST_CASE("progress comes one by one or many at once", "[net][api]") {
  asked_api door;
  const auto one = door.worker("POST", job_path + "/events", R"({"type":"delta","data":{"t":"x"}})");
  const auto many = door.worker("POST", job_path + "/events",
                                R"([{"type":"usage"},{"type":"checkpoint","data":{"s":1}}])");
  door.worker("POST", job_path + "/events", "[]");
  const auto& first = door.broker.progresses.at(0).entries;
  REQUIRE(first.size() == 1);
  CHECK(first[0].kind == job_event_kind::delta);
  CHECK(first[0].data_json == R"({"t":"x"})");
  const auto& second = door.broker.progresses.at(1).entries;
  REQUIRE(second.size() == 2);
  CHECK(second[0].data_json == "{}");
  CHECK(second[1].kind == job_event_kind::checkpoint);
  CHECK(door.broker.progresses.at(2).entries.empty());
  door.broker.progresses.at(0).answer.answer(progress_request::answer_type{9, true});
  CHECK(one->body() == json{{"ok", true}, {"sequence", 9}, {"cancel", true}});
  CHECK(many->status() == 0);
}

TEST_CASE("a checkpoint may be larger than other events", "[net][api]") {
  asked_api door;
  const auto large = R"({"type":"checkpoint","data":{"t":")" + std::string(1'000'000, 'x') + "\"}}";
  CHECK(door.worker("POST", job_path + "/events", large)->status() == 0);
  CHECK(door.broker.progresses.size() == 1);
}

TEST_CASE("a result may be as large as its limit, in any JSON", "[net][api]") {
  asked_api door;
  std::string body = R"({"result":")";
  for (int i = 0; i < 2'097'152; ++i)
    body += "\\u00e9"; // six bytes for two
  CHECK(door.worker("POST", job_path + "/result", body + "\"}")->status() == 0);
  CHECK(door.broker.finishes.at(0).text.size() == limits::result_bytes_max);
}
