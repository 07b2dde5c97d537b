#include "net/json_inspection_codec.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;
using kind = inspection_question::kind;

namespace {

const json_inspection_codec codec{redactor{{"a-secret-of-ours"}}};

inspection_answer answer_with(actor_account x) {
  inspection_answer answer;
  answer.node = {"openclaw-broker", "1.2.3", 77, 1'000};
  answer.now_ms = 61'000;
  answer.actors = {std::move(x)};
  return answer;
}

json shown(actor_account x) {
  return json::parse(codec.answer({}, answer_with(std::move(x)))).at("actors").at(0);
}

} // namespace

TEST_CASE("every question comes back as it was asked", "[inspection]") {
  for (const auto& asked : {inspection_question{kind::tree, 0, 0}, inspection_question{kind::actor, 12, 0},
                            inspection_question{kind::events, 0, UINT64_MAX}}) {
    const auto read = codec.question(inspection_question_text(asked));
    REQUIRE(read);
    CHECK(read->what == asked.what);
    CHECK(read->actor == asked.actor);
    CHECK(read->after == asked.after);
  }
}

TEST_CASE("what is no question is refused with a sentence", "[inspection]") {
  for (const char* text : {"", "x", "[]", "{}", R"({"ask": 1})", R"({"ask": "kill"})", R"({"ask": "actor"})",
                           R"({"ask": "actor", "actor": -1})", R"({"ask": "actor", "actor": "1"})",
                           R"({"ask": "events"})", R"({"ask": [[[[]]]]})"}) {
    const auto read = codec.question(text);
    CHECK_FALSE(read);
    CHECK_FALSE((read ? failure{} : read.error()).why.empty());
  }
}

TEST_CASE("an actor is told with its mailbox, its failure and its facts", "[inspection]") {
  actor_account x;
  x.id = 5;
  x.parent = 3;
  x.name = "job_queue";
  x.age = 60s;
  x.mailbox = {7, 1'500ms, 20ms, 99};
  x.last_failure = actor_failure{"job: it broke", 4s};
  x.facts = {counted("open", 4), {"stopping", false}, {"worker_id", std::string{"box"}}};
  CHECK(shown(x)
        == json{{"id", 5},
                {"parent", 3},
                {"name", "job_queue"},
                {"state", "working"},
                {"age_ms", 60'000},
                {"mailbox", 7},
                {"oldest_ms", 1'500},
                {"in_hand_ms", 20},
                {"handled", 99},
                {"last_failure", {{"why", "job: it broke"}, {"ago_ms", 4'000}}},
                {"silent", false},
                {"facts", {{"open", 4}, {"stopping", false}, {"worker_id", "box"}}}});
}

TEST_CASE("an actor works, waits or is idle", "[inspection]") {
  actor_account x;
  CHECK(shown(x).at("state") == "idle");
  CHECK(shown(x).at("parent").is_null());
  CHECK(shown(x).at("oldest_ms").is_null());
  x.mailbox.waiting = 1;
  CHECK(shown(x).at("state") == "waiting");
  x.mailbox.in_hand = 0ms;
  CHECK(shown(x).at("state") == "working");
}

TEST_CASE("no text shows a secret, nor the first half of one that is cut", "[inspection]") {
  actor_account x;
  x.name = "a-secret-of-ours";
  x.last_failure = actor_failure{std::string(250, 'x') + "a-secret-of-ours", 0ms};
  x.facts = {{"token", std::string{"say a-secret-of-ours!"}}};
  const auto text = codec.answer({}, answer_with(x));
  CHECK(text.find("a-secret") == std::string::npos);
  CHECK(shown(x).at("facts").at("token") == "say ***!");
}

TEST_CASE("texts and facts are bounded, and no line end gets out", "[inspection]") {
  actor_account x;
  x.name = std::string(10'000, 'n') + "\n";
  x.facts = {{"lines", std::string{"a\nb\x1b[31m"}}};
  for (int i = 0; i < 100; ++i)
    x.facts.push_back(counted("fact" + std::to_string(i), i));
  CHECK(shown(x).at("name").get<std::string>().size() <= inspection_limits::text_bytes_max + 3);
  CHECK(shown(x).at("facts").size() == inspection_limits::facts_max);
  const auto lines = shown(x).at("facts").at("lines").get<std::string>();
  CHECK(lines.find('\n') == std::string::npos);
  CHECK(lines.find('\x1b') == std::string::npos);
}

TEST_CASE("events are told at their time on the wall", "[inspection]") {
  inspection_answer answer;
  answer.now_ms = 61'000;
  answer.events_seen = 4;
  answer.events = {{4, 1s, actor_event_kind::failed, 8, 3, "job", "it broke"},
                   {3, 2s, actor_event_kind::started, 8, 0, "job", ""}};
  const auto told = json::parse(codec.answer({kind::events, 0, 0}, answer));
  CHECK(told.at("events_seen") == 4);
  CHECK(told.at("events").at(0)
        == json{{"number", 4},
                {"at_ms", 60'000},
                {"event", "failed"},
                {"actor", 8},
                {"parent", 3},
                {"name", "job"},
                {"why", "it broke"}});
  CHECK(told.at("events").at(1).at("why").is_null());
}
