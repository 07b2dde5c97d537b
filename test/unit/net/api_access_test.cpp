// Who may do what: every route with every kind of caller, against a table of its own.

#include "test/support/own_tokens.hpp"

#include <map>
#include <string>
#include <vector>

using namespace claw;

namespace {

struct sender {
  const char* name;
  std::string bot_token;    ///< sent as X-Bot-Token; "": not sent
  std::string worker_token; ///< sent as X-Worker-Token
};

const std::vector<sender> senders = {
    {"nobody", "", ""},
    {"shared bot", "bot-secret", ""},
    {"bot", token_text(bot_kid), ""},
    {"read-only", token_text(reader_kid), ""},
    {"admin", token_text(admin_kid), ""},
    {"shared admin", "admin-secret", ""},
    {"shared worker", "", "worker-secret"},
    {"worker", "", token_text(worker_kid)},
    {"worker as bot", token_text(worker_kid), ""},
    {"bot as worker", "", token_text(bot_kid)},
    {"admin as worker", "", token_text(admin_kid)},
};

/// What each of them meets, in this order: + may, - is told 403, ! is told 401.
const std::map<api_route, std::string> expected = {
    {api_route::health, "+++++++++++"},
    {api_route::create_job, "!++-++!!!!!"},
    {api_route::list_jobs, "!+++++!!!!!"},
    {api_route::claim, "!!!!!!++!!!"},
    {api_route::read_job, "!+++++!!!!!"},
    {api_route::post_result, "!!!!!!++!!!"},
    {api_route::post_failure, "!!!!!!++!!!"},
    {api_route::heartbeat, "!!!!!!++!!!"},
    {api_route::release, "!!!!!!++!!!"},
    {api_route::post_events, "!!!!!!++!!!"},
    {api_route::read_events, "!+++++!!!!!"},
    {api_route::cancel, "!++-++!!!!!"},
    {api_route::retry, "!++-++!!!!!"},
    {api_route::explain, "!+++++!!!!!"},
    {api_route::workers, "!+++++!!!!!"},
    {api_route::drain_worker, "!+--++!!!!!"},
    {api_route::resume_worker, "!+--++!!!!!"},
    {api_route::queue, "!+++++!!!!!"},
    {api_route::list_tokens, "!---++!!!!!"},
    {api_route::create_token, "!---++!!!!!"},
    {api_route::revoke_token, "!---++!!!!!"},
    {api_route::show_page, "+++++++++++"},
    {api_route::show_page_file, "+++++++++++"},
    {api_route::whoami, "!+++++!!!!!"},
    {api_route::read_command, "!+++++!!!!!"},
    {api_route::show_answer, "!+++++!!!!!"},
    {api_route::metrics, "!+++++!!!!!"},
    {api_route::ready, "+++++++++++"},
    {api_route::openapi, "+++++++++++"},
};

std::string path_of(const route_row& row, const job_id& job) {
  std::string id;
  if (row.id == path_id::job)
    id = to_string(job);
  else if (row.id == path_id::worker)
    id = "w1";
  else if (row.id == path_id::token)
    id = other_bot_kid;
  else if (row.id == path_id::file)
    id = "dashboard.js";
  return std::string{row.prefix} + id + std::string{row.suffix};
}

asked_api::exchange_ptr ask_as(asked_api& door, const sender& who, const route_row& row,
                               const job_id& job, std::string_view method = {}) {
  header_list headers;
  if (!who.bot_token.empty())
    headers.push_back({"X-Bot-Token", who.bot_token});
  if (!who.worker_token.empty())
    headers.push_back({"X-Worker-Token", who.worker_token});
  const auto path = path_of(row, job);
  return door.ask(method.empty() ? row.method : method, path, headers,
                  row.method == "POST" ? R"({"command":"ping","result":"r","text":"jobs"})" : "");
}

char verdict(const asked_api::exchange_ptr& x) {
  const auto status = x->status();
  return status == 401 ? '!' : status == 403 ? '-' : '+';
}

} // namespace

TEST_CASE("every caller meets at every route what the table says", "[net][api][token]") {
  for (const auto& row : route_table()) {
    REQUIRE(expected.contains(row.route)); // a new route has a new line above
    std::string met;
    for (const auto& who : senders) {
      asked_api door{with_own_tokens()};
      met += verdict(ask_as(door, who, row, job_owned_by(door, "discord")));
    }
    INFO(row.method << ' ' << row.prefix << row.suffix);
    CHECK(met == expected.at(row.route));
  }
  CHECK(expected.size() <= route_table().size());
}

TEST_CASE("HEAD is for whom GET is", "[net][api][token]") {
  for (const auto& row : route_table()) {
    if (row.method != "GET" || row.route == api_route::claim)
      continue;
    for (const auto& who : senders) {
      asked_api door{with_own_tokens()};
      const auto job = job_owned_by(door, "discord");
      CHECK(verdict(ask_as(door, who, row, job, "HEAD")) == verdict(ask_as(door, who, row, job)));
    }
  }
}

TEST_CASE("a bot with a token of its own does not know the jobs of others", "[net][api][token]") {
  for (const auto& row : route_table()) {
    if (row.id != path_id::job || row.side() != api_side::producers)
      continue;
    for (const auto& who : senders)
      for (const auto* owner : {"discord", "other", ""}) {
        if (expected.at(row.route).at(static_cast<std::size_t>(&who - senders.data())) != '+')
          continue;
        asked_api door{with_own_tokens()};
        const auto x = ask_as(door, who, row, job_owned_by(door, owner));
        const bool hidden = who.name == std::string{"bot"} && owner != std::string{"discord"};
        INFO(who.name << " asks for a job of '" << owner << "': " << row.prefix << row.suffix);
        CHECK((x->status() == 404) == hidden);
        if (hidden)
          CHECK(x->reply->body == R"({"detail":"job not found"})");
      }
  }
}

TEST_CASE("a bot with a token of its own lists its own jobs", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto mine = job_owned_by(door, "discord", 1);
  job_owned_by(door, "other", 2);
  job_owned_by(door, "", 3);
  const auto listed = [&](const std::string& token) {
    return door.ask("GET", "/jobs", {{"X-Bot-Token", token}})->body().at("jobs");
  };
  const auto own = listed(token_text(bot_kid));
  REQUIRE(own.size() == 1);
  CHECK(own.at(0).at("id") == to_string(mine));
  CHECK(own.at(0).at("owner") == "discord");
  for (const auto& token : {token_text(reader_kid), token_text(admin_kid), std::string{"bot-secret"},
                            std::string{"admin-secret"}})
    CHECK(listed(token).size() == 3);
  CHECK(listed("bot-secret").at(0).at("owner") == "legacy");
}

TEST_CASE("a new job belongs to the principal of its token", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  for (const auto& token : {token_text(bot_kid), token_text(admin_kid), std::string{"bot-secret"},
                            std::string{"admin-secret"}})
    door.ask("POST", "/jobs", {{"X-Bot-Token", token}}, R"({"command":"ping"})");
  std::vector<std::string> owners;
  for (const auto& x : door.broker.creates)
    owners.push_back(x.what.owner);
  CHECK(owners == std::vector<std::string>{"discord", "me", "", ""});
}

TEST_CASE("a token may come as a bearer, the header of its side is stronger", "[net][api][token]") {
  asked_api door{with_own_tokens()};
  const auto status = [&](const char* path, const header_list& headers) {
    return door.ask("GET", path, headers)->status();
  };
  const auto bearer = [](const std::string& token) { return "Bearer " + token; };
  const auto bot = bearer(token_text(bot_kid));
  const auto loose = "bearer   " + token_text(bot_kid);
  const auto worker = bearer(token_text(worker_kid));
  const auto basic = "Basic " + token_text(bot_kid);
  CHECK(status("/jobs", {{"Authorization", bot}}) == 200);
  CHECK(status("/jobs", {{"authorization", loose}}) == 200);
  CHECK(status("/jobs", {{"Authorization", "Bearer bot-secret"}}) == 200);
  CHECK(status("/jobs/next", {{"Authorization", worker}}) == 0); // it is held by nobody but the broker
  CHECK(status("/jobs", {{"Authorization", worker}}) == 401);
  CHECK(status("/jobs", {{"Authorization", basic}}) == 401);
  CHECK(status("/jobs", {{"Authorization", "Bearer"}}) == 401);
  CHECK(status("/jobs", {{"Authorization", "Bearer "}}) == 401);
  CHECK(status("/jobs", {{"Authorization", bot}, {"X-Bot-Token", "wrong"}}) == 401);
  CHECK(status("/jobs", {{"Authorization", "Bearer wrong"}, {"X-Bot-Token", "bot-secret"}}) == 200);
}

TEST_CASE("all tokens that are good for nothing get the same answer", "[net][api][token]") {
  auto options = with_own_tokens();
  auto expired = sample_token(token_role::bot, "late", "oc000000000000ff");
  expired.expires_s = options.wall_s();
  options.tokens.push_back(with_digest(expired));
  asked_api door{std::move(options)};
  const auto good = token_text(bot_kid);
  std::vector<std::string> bad = {"", " ", "bot-secre", "bot-secretx", "Bot-secret", "worker-secret",
                                  token_text(worker_kid), token_text(expired.kid),
                                  token_text("oc00000000000000"), bot_kid, bot_kid + ".",
                                  std::string(10'000, 'x')};
  for (std::size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good.substr(0, i));
    auto changed = good;
    changed[i] = changed[i] == '1' ? '2' : '1';
    bad.push_back(changed);
  }
  for (const auto& token : bad) {
    const auto x = door.ask("GET", "/jobs", {{"X-Bot-Token", token}});
    CHECK(x->status() == 401);
    CHECK(x->reply->body == R"({"detail":"bad bot token"})");
    CHECK(x->reply->fields.empty());
  }
  CHECK(door.ask("GET", "/jobs", {{"X-Bot-Token", good}})->status() == 200);
}

TEST_CASE("a token is good up to the second in which it expires", "[net][api][token]") {
  auto options = with_own_tokens();
  int64_t now_s = 1'700'000'000;
  options.wall_s = [&] { return now_s; };
  options.tokens.at(0).expires_s = now_s + 10;
  asked_api door{std::move(options)};
  const auto status
      = [&] { return door.ask("GET", "/jobs", {{"X-Bot-Token", token_text(bot_kid)}})->status(); };
  CHECK(status() == 200);
  now_s += 9;
  CHECK(status() == 200);
  now_s += 1;
  CHECK(status() == 401);
}

TEST_CASE("a broker without any token of a side says so", "[net][api][token]") {
  broker_http_options none;
  asked_api closed{none};
  CHECK(closed.ask("GET", "/jobs")->detail() == "BOT_TOKEN not configured");
  CHECK(closed.ask("GET", "/jobs/next")->detail() == "WORKER_TOKEN not configured");
  broker_http_options only_admin;
  only_admin.admin_token = "admin-secret";
  asked_api beginning{only_admin};
  CHECK(beginning.ask("GET", "/jobs", {{"X-Bot-Token", "x"}})->detail() == "BOT_TOKEN not configured");
  CHECK(beginning.admin("GET", "/jobs")->status() == 200);
  broker_http_options own;
  own.tokens = {with_digest(sample_token(token_role::worker, "wsl", worker_kid))};
  asked_api half{own};
  CHECK(half.ask("GET", "/jobs", {{"X-Bot-Token", "x"}})->status() == 500);
  CHECK(half.ask("GET", "/jobs/next", {{"X-Worker-Token", "x"}})->status() == 401);
}

TEST_CASE("each token has its own rate of new jobs", "[net][api][token]") {
  auto options = with_own_tokens();
  options.jobs_per_minute_max = 1;
  asked_api door{std::move(options)};
  for (const auto& token : {token_text(bot_kid), token_text(other_bot_kid), token_text(admin_kid),
                            std::string{"bot-secret"}, std::string{"admin-secret"}}) {
    const auto create = [&] {
      return door.ask("POST", "/jobs", {{"X-Bot-Token", token}}, R"({"command":"ping"})")->status();
    };
    CHECK(create() == 0);
    CHECK(create() == 429);
  }
  CHECK(door.broker.creates.size() == 5);
}
