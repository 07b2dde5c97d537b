// The keys of POST /jobs that came after the base contract.

#include "net/api_bodies.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

using namespace claw;

TEST_CASE("a new job may say when it is to be done, for whom, and carry tags", "[api]") {
  const auto x = parse_new_job(R"({"command":"ping","priority":-100,"not_before":1700000000,
    "deadline":1700000060,"requester":"discord:1","tags":{"channel":"general","n":""}})");
  REQUIRE(x);
  CHECK(x->priority == -100);
  CHECK(x->not_before_s == 1'700'000'000);
  CHECK(x->deadline_s == 1'700'000'060);
  CHECK(x->requester == "discord:1");
  CHECK(x->tags == std::map<std::string, std::string>{{"channel", "general"}, {"n", ""}});
}

TEST_CASE("null counts as not said in every addition", "[api]") {
  const auto x = parse_new_job(R"({"command":"ping","priority":null,"not_before":null,
    "deadline":null,"requester":null,"tags":null,"max_attempts":null})");
  REQUIRE(x);
  CHECK_FALSE(x->not_before_s);
  CHECK_FALSE(x->deadline_s);
  CHECK(x->tags.empty());
  CHECK_FALSE(x->attempts_max);
}

TEST_CASE("an addition of the wrong shape is named", "[api]") {
  const auto tags_of = [](std::size_t count, std::size_t bytes) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i)
      text += (i > 0 ? ",\"" : "\"") + std::to_string(100 + i) + "\":\"" + std::string(bytes, 'x') + '"';
    return text + "}";
  };
  const std::pair<std::string, std::string> rows[] = {
      {R"("priority":101)", "priority"},       {R"("priority":1.5)", "priority"},
      {R"("not_before":-1)", "not_before"},    {R"("not_before":"soon")", "not_before"},
      {R"("deadline":1e3)", "deadline"},       {R"("deadline":18446744073709551615)", "deadline"},
      {R"("tags":[])", "tags"},                {R"("tags":{"a":1})", "tags"},
      {"\"tags\":" + tags_of(33, 1), "tags"},  {"\"tags\":" + tags_of(2, 2'100), "tags"},
      {R"("max_attempts":0)", "max_attempts"}, {R"("requester":7)", "requester"},
  };
  for (const auto& [member, name] : rows) {
    INFO(member.substr(0, 60));
    const auto x = parse_new_job(R"({"command":"ping",)" + member + "}");
    REQUIRE_FALSE(x);
    CHECK(x.error().code == ec::bad_shape);
    CHECK(x.error().why.find(name) == 0);
  }
  CHECK(parse_new_job("{\"command\":\"ping\",\"tags\":" + tags_of(32, 100) + "}"));
}

TEST_CASE("a `requires` may be nested as deep as its bytes allow", "[api]") {
  const std::string deep = std::string(1'024, '[') + std::string(1'024, ']');
  const auto x = parse_new_job(R"({"command":"ping","requires":)" + deep + "}");
  REQUIRE(x);
  CHECK(x->requires_json == deep);
  CHECK(x->required.empty());
  const auto deeper = parse_new_job("{\"command\":\"ping\",\"other\":" + std::string(1'200, '[')
                                    + std::string(1'200, ']') + "}");
  REQUIRE_FALSE(deeper);
  CHECK(deeper.error().code == ec::bad_json);
}

TEST_CASE("a number that no double holds is named with its field, wherever it stands in a body", "[api]") {
  const std::pair<std::string, std::string> rows[] = {
      {R"({"command":"ping","requires":1e999})", "requires"},
      {R"({"command":"ping","requires":{"caps":["gpu"],"budget":[{"most":-1e400}]}})", "requires"},
      {R"({"tags":{"a":{"b":[]}},"priority":1e400,"command":"ping"})", "priority"},
      {R"([{"type":"usage","data":{"tokens":1e400}}])", "data"},
      {R"([{"type":"usage","data":{"tokens":1}},1e400])", "body"},
      {"1e400", "body"},
  };
  for (const auto& [body, name] : rows) {
    INFO(body);
    const auto why = name + ": JSON holds a number that is too large to be read";
    const auto job = parse_new_job(body);
    const auto events = parse_progress(body);
    REQUIRE((!job && !events));
    CHECK(job.error().code == ec::bad_shape);
    CHECK(job.error().why == why);
    CHECK(events.error().why == why);
  }
  const std::string long_name(65, 'x');
  CHECK(parse_new_job("{\"" + long_name + "\":1e400}").error().why.starts_with("body: "));
}

TEST_CASE("a `requires` that is JSON but cannot be read whole is no job for anybody", "[api]") {
  const auto why = [](const std::string& requires_text) {
    const auto x = parse_new_job(R"({"command":"ping","requires":)" + nlohmann::json(requires_text).dump() + "}");
    return x ? std::string{"taken"} : x.error().why;
  };
  CHECK(why(R"({"caps":["gpu"],"budget":1e400})") == "requires: JSON holds a number that is too large to be read");
  CHECK(why(R"({"caps":["gpu"],"budget":-1e999})") == "requires: JSON holds a number that is too large to be read");
  CHECK(why(R"({"caps":["gpu"],"budget":1e300})") == "taken");
  CHECK(why(R"({"caps":["gpu"],})") == "taken"); // no JSON: anybody may have it
  const auto naming = [](int count) {
    auto names = nlohmann::json::array();
    for (int i = 0; i < count; ++i)
      names.push_back(std::to_string(i));
    return nlohmann::json{{"caps", names}}.dump();
  };
  CHECK(why(naming(256)) == "taken");
  CHECK(why(naming(257)) == "requires names more than 256 caps, and no worker has so many");
}
