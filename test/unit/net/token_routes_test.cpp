#include "test/support/own_tokens.hpp"

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json made(asked_api& door, const std::string& body) {
  const auto x = door.admin("POST", "/tokens", body);
  REQUIRE(x->status() == 0); // nothing is told before it is kept
  auto& asked = door.broker.new_tokens.back();
  asked.wanted.created_s = 1'700'000'050;
  asked.answer.answer(asked.wanted);
  REQUIRE(x->status() == 200);
  return x->body();
}

void revoke(asked_api& door, const std::string& kid) {
  const auto x = door.admin("DELETE", "/tokens/" + kid);
  REQUIRE(door.broker.revocations.back().kid == kid);
  door.broker.revocations.back().answer.answer(sample_token(token_role::bot, "discord", kid));
  CHECK(x->status() == 200);
}

unsigned status_with(asked_api& door, const char* path, const header_list& headers) {
  return door.ask("GET", path, headers)->status();
}

} // namespace

TEST_CASE("a token is good as soon as its maker has it, and its secret is shown to nobody else",
          "[net][api][token]") {
  asked_api door;
  const auto x = made(door, R"({"role":"worker","name":"jetson","worker_id":" jetson-1 ",)"
                            R"("caps":["b","a"],"expires_at":1800000000})");
  const std::string text = x.at("token");
  const std::string kid = x.at("kid");
  CHECK(text.starts_with(kid + "."));
  CHECK(x.at("role") == "worker");
  CHECK(x.at("name") == "jetson");
  CHECK(x.at("worker_id") == "jetson-1");
  CHECK(x.at("caps") == json::array({"a", "b"}));
  CHECK(x.at("expires_at") == 1'800'000'000);
  CHECK(door.broker.new_tokens.back().wanted.digest == sha256(text));
  CHECK(status_with(door, "/jobs/next", {{"X-Worker-Token", text}}) == 0);
  const auto secret = text.substr(kid.size() + 1);
  const auto list = door.admin("GET", "/tokens");
  CHECK(list->body().at("tokens").at(0).at("kid") == kid);
  CHECK(list->body().at("tokens").at(0).at("state") == "active");
  CHECK(list->reply->body.find(secret) == std::string::npos);
  CHECK(door.log().find(secret) == std::string::npos);
}

TEST_CASE("a token that was not kept is good for nothing", "[net][api][token]") {
  asked_api door;
  const auto x = door.admin("POST", "/tokens", R"({"role":"bot","name":"discord"})");
  door.broker.new_tokens.back().answer.answer(failure{ec::refused, "discord has two tokens already"});
  CHECK(x->status() == 409);
  CHECK(x->detail() == "discord has two tokens already");
  CHECK(door.admin("GET", "/tokens")->body().at("tokens").empty());
}

TEST_CASE("a request for a token of the wrong shape is told what is wrong", "[net][api][token]") {
  asked_api door;
  for (const auto& [body, begins] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "body"},
           {R"({"name":"x"})", "role"},
           {R"({"role":"root","name":"x"})", "role"},
           {R"({"role":1,"name":"x"})", "role"},
           {R"({"role":"bot","name":7})", "name"},
           {R"({"role":"worker","name":"x","worker_id":7})", "worker_id"},
           {R"({"role":"worker","name":"x","caps":"a,b"})", "caps"},
           {R"({"role":"worker","name":"x","caps":[1]})", "caps"},
           {R"({"role":"bot","name":"x","expires_at":"soon"})", "expires_at"}}) {
    const auto x = door.admin("POST", "/tokens", body);
    CHECK(x->status() == 422);
    CHECK(x->detail().starts_with(begins));
  }
  CHECK(door.admin("POST", "/tokens", "{")->status() == 400);
  CHECK(door.broker.new_tokens.empty());
}

TEST_CASE("a revoked token is refused before its end is on disk", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const std::string text = token_text(bot_kid);
  CHECK(status_with(door, "/jobs", {{"X-Bot-Token", text}}) == 200);
  const auto x = door.admin("DELETE", "/tokens/" + bot_kid);
  CHECK(x->status() == 0);
  CHECK(status_with(door, "/jobs", {{"X-Bot-Token", text}}) == 401);
  door.broker.revocations.back().answer.answer(sample_token(token_role::bot, "discord", bot_kid));
  CHECK(x->body().at("state") == "revoked");
  CHECK(status_with(door, "/jobs", {{"X-Bot-Token", text}}) == 401);
  CHECK(door.admin("DELETE", "/tokens/" + bot_kid)->detail() == "token not found");
  CHECK(door.broker.revocations.size() == 1);
}

TEST_CASE("a token that the store cannot forget is refused, listed, and can be revoked again",
          "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bot_kid);
  const auto x = door.admin("DELETE", "/tokens/" + bot_kid);
  door.broker.revocations.back().answer.answer(failure{ec::store_full, "/var/lib is full"});
  CHECK(x->status() == 503);
  CHECK(x->detail().find("revoke it once more") != std::string::npos);
  CHECK(status_with(door, "/jobs", {{"X-Bot-Token", text}}) == 401);
  const auto tokens = door.admin("GET", "/tokens")->body().at("tokens");
  for (const auto& token : tokens)
    if (token.at("kid") == bot_kid)
      CHECK(token.at("state") == "revoked");
  revoke(door, bot_kid);
  CHECK(door.admin("GET", "/tokens")->body().at("tokens").size() == tokens.size() - 1);
}

TEST_CASE("a held claim ends with its token, and its place in the queue is given up",
          "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(worker_kid);
  const auto held = door.ask("GET", "/jobs/next?wait=60", {{"X-Worker-Token", text}});
  const auto others = door.worker("GET", "/jobs/next?wait=60");
  revoke(door, worker_kid);
  CHECK(held->status() == 401);
  CHECK(held->detail() == "bad worker token");
  REQUIRE(door.broker.closed_polls.size() == 1);
  CHECK(door.broker.closed_polls.at(0).poll == door.broker.claims.at(0).poll);
  CHECK(others->status() == 0);
}

TEST_CASE("a held page of events and a stream end with their token", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto path = "/jobs/" + to_string(job_owned_by(door, "discord")) + "/events?after=1";
  const auto text = token_text(bot_kid);
  const auto page = door.ask("GET", path + "&wait=60", {{"X-Bot-Token", text}});
  const auto stream
      = door.ask("GET", path, {{"X-Bot-Token", text}, {"Accept", "text/event-stream"}});
  CHECK_FALSE(stream->ended);
  CHECK(door.broker.watches.size() == 2);
  revoke(door, bot_kid);
  CHECK(page->status() == 401);
  CHECK(stream->ended);
  CHECK(door.broker.closed_polls.size() == 2);
}

TEST_CASE("what is worked on when a token is revoked comes to its end", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bot_kid);
  const auto create
      = door.ask("POST", "/jobs", {{"X-Bot-Token", text}}, R"({"command":"ping"})");
  revoke(door, bot_kid);
  door.broker.creates.at(0).answer.answer(created_job{sample_id(1)});
  CHECK(create->status() == 200);
}

TEST_CASE("nothing is held longer than its token is good", "[net][api][token]") {
  auto options = with_own_tokens();
  int64_t now_s = 1'700'000'000;
  options.wall_s = [&] { return now_s; };
  for (auto& x : options.tokens)
    x.expires_s = now_s + 5;
  asked_api door{std::move(options)};
  const auto path = "/jobs/" + to_string(job_owned_by(door, "discord")) + "/events?after=1";
  const auto bot = token_text(bot_kid);
  const auto worker = token_text(worker_kid);
  door.ask("GET", "/jobs/next?wait=60", {{"X-Worker-Token", worker}});
  door.ask("GET", path + "&wait=60", {{"X-Bot-Token", bot}});
  const auto stream
      = door.ask("GET", path, {{"X-Bot-Token", bot}, {"Accept", "text/event-stream"}});
  CHECK(door.broker.claims.at(0).wait == 5s);
  CHECK(door.broker.watches.at(0).wait == 5s);
  CHECK(door.broker.watches.at(1).wait == 5s);
  now_s += 5;
  door.broker.watches.at(1).answer.answer(false);
  stream->run();
  stream->take_piece(); // which says that there is nothing new
  CHECK(stream->ended);
}

TEST_CASE("a worker's token fills in what it is bound to", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bound_kid);
  const auto claim = [&](header_list headers) {
    headers.push_back({"X-Worker-Token", text});
    return door.ask("GET", "/jobs/next", headers);
  };
  claim({});
  claim({{"X-Worker-Id", "jetson-1"}, {"X-Worker-Caps", "repo_tools"}});
  claim({{"X-Worker-Id", " "}, {"X-Worker-Caps", " "}});
  claim({{"X-Worker-Caps", "[]"}});
  REQUIRE(door.broker.claims.size() == 4);
  for (const auto& x : door.broker.claims) {
    CHECK(x.worker.worker_id == "jetson-1");
    CHECK(x.worker.principal == "jetson");
    CHECK(x.worker.kid == bound_kid);
  }
  const caps whole{{"llm:jetson", "repo_tools"}};
  CHECK(door.broker.claims.at(0).worker.caps == whole);
  CHECK(door.broker.claims.at(1).worker.caps == caps{{"repo_tools"}});
  CHECK(door.broker.claims.at(2).worker.caps == whole);
  CHECK(door.broker.claims.at(3).worker.caps == caps{});
}

TEST_CASE("a worker's token is for its worker and its caps only", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bound_kid);
  const auto other = door.ask("GET", "/jobs/next",
                              {{"X-Worker-Token", text}, {"X-Worker-Id", "wsl-1"}});
  CHECK(other->status() == 403);
  CHECK(other->detail().find("jetson-1") != std::string::npos);
  const auto beyond = door.ask("GET", "/jobs/next",
                               {{"X-Worker-Token", text}, {"X-Worker-Caps", "llm:vllm, repo_tools"}});
  CHECK(beyond->status() == 403);
  CHECK(beyond->detail() == "this token may not claim with the caps llm:vllm");
  CHECK(door.broker.claims.empty());
  for (const auto* verb : {"result", "fail", "heartbeat", "release", "events"}) {
    const auto path = "/jobs/" + to_string(sample_id(1)) + "/" + verb;
    const auto x = door.ask("POST", path, {{"X-Worker-Token", text}, {"X-Worker-Id", "wsl-1"}},
                            verb == std::string{"events"} ? "[]" : R"({"result":"r"})");
    CHECK(x->status() == 403);
  }
  CHECK(door.broker.finishes.empty());
}

TEST_CASE("a worker speaks for its jobs with its principal", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bound_kid);
  const auto path = "/jobs/" + to_string(sample_id(1)) + "/heartbeat";
  door.ask("POST", path, {{"X-Worker-Token", text}});
  door.worker("POST", path);
  CHECK(door.broker.renewals.at(0).proof.principal == "jetson");
  CHECK(door.broker.renewals.at(0).proof.worker_id == "jetson-1");
  CHECK(door.broker.renewals.at(1).proof.principal.empty());
  CHECK_FALSE(door.broker.renewals.at(1).proof.worker_id);
}

TEST_CASE("a grant that nobody receives is given back in its worker's name", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto text = token_text(bound_kid);
  const auto x = door.ask("GET", "/jobs/next", {{"X-Worker-Token", text}});
  auto job = creation(1).after;
  job.lease_id = "L1";
  job.lease_principal = "jetson";
  door.broker.claims.at(0).answer.answer(std::optional{grant{{job, "", {}, {}}, {}}});
  x->run();
  x->lose_answer();
  CHECK(door.broker.releases.at(0).proof.principal == "jetson");
}
