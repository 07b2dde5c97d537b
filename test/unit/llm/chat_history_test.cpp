#include "llm/chat_codec.hpp"
#include "llm/chat_history.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

#include <set>

using namespace claw;
using namespace claw::test;
using nlohmann::json;

namespace {

using role = message_role;

chat_message user(std::string text) {
  return {role::user, std::move(text), {}, {}};
}
chat_message assistant(std::string text, std::vector<tool_call> calls = {}) {
  return {role::assistant, std::move(text), std::move(calls), {}};
}
chat_message result(std::string id, std::string text) {
  return {role::tool, std::move(text), {}, std::move(id)};
}

/// The conversation that a recorded request carries.
std::vector<chat_message> recorded_messages(const std::string& name) {
  std::vector<chat_message> out;
  const auto request = json::parse(recorded(name + ".request.json"));
  for (const auto& x : request["messages"]) {
    const auto r = x["role"].get<std::string>();
    chat_message m{r == "user"     ? role::user
                   : r == "tool"   ? role::tool
                   : r == "system" ? role::system
                                   : role::assistant,
                   x.value("content", json{}).is_string() ? x["content"].get<std::string>() : "",
                   {},
                   x.value("tool_call_id", "")};
    for (const auto& call : x.value("tool_calls", json::array()))
      m.calls.push_back(
          {call["id"], call["function"]["name"], call["function"]["arguments"], false});
    out.push_back(std::move(m));
  }
  return out;
}

/// What every server may rely on.
void check_well_formed(const std::vector<chat_message>& x) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK((x[i].role != role::system || i == 0));
    if (x[i].role == role::tool) {
      const auto& before = x[i - 1];
      CHECK((before.role == role::tool || !before.calls.empty()));
    }
    for (std::size_t k = 0; k < x[i].calls.size(); ++k) {
      const auto& call = x[i].calls[k];
      CHECK(is_call_id(call.id));
      CHECK(ids.insert(call.id).second);
      CHECK(json::parse(call.arguments_json, nullptr, false).is_object());
      REQUIRE(i + 1 + k < x.size());
      CHECK(x[i + 1 + k].role == role::tool);
      CHECK(x[i + 1 + k].call_id == call.id);
    }
  }
}

} // namespace

TEST_CASE("arguments in history parse, whatever the model wrote", "[llm][history][golden]") {
  CHECK(history_arguments(R"({"a": 1})") == R"({"a": 1})");
  for (const char* bad : {"", "{no", "[1]", "7", "null", "{\"a\":NaN}", "\"x\""})
    CHECK(history_arguments(bad) == "{}");
  CHECK(history_arguments(std::string(10'000, '[')) == "{}");
  const auto sent
      = well_formed_history(recorded_messages("68-err-history-with-malformed-arguments"));
  check_well_formed(sent);
}

TEST_CASE("ids in history have nine characters", "[llm][history][golden]") {
  CHECK(is_call_id(call_id_from("")));
  CHECK(is_call_id(call_id_from("chatcmpl-tool-123")));
  CHECK(call_id_from("a") == call_id_from("a"));
  CHECK(call_id_from("a") != call_id_from("b"));
  check_well_formed(well_formed_history(recorded_messages("b0-mistral-template-long-tool-id")));
}

TEST_CASE("every call has exactly one answer, directly behind it", "[llm][history][golden]") {
  check_well_formed(well_formed_history(recorded_messages("69-orphan-tool-message")));
  const auto x = well_formed_history({
      user("q"),
      assistant("", {{"aaaaaaaaa", "a", "{}"}, {"bbbbbbbbb", "b", "{}"}}),
      result("bbbbbbbbb", "B"),
      result("zzzzzzzzz", "nobody asked"),
      result("bbbbbbbbb", "again"),
      assistant("", {{"aaaaaaaaa", "a", "{}"}}),
      result("aaaaaaaaa", "A"),
  });
  check_well_formed(x);
  REQUIRE(x.size() == 6);
  CHECK(x[2].content == "A"); // the only answer with that id
  CHECK(x[3].content == "B");
}

TEST_CASE("system messages become one, thinking leaves history", "[llm][history]") {
  const auto x = well_formed_history({user("q"),
                                      {role::system, "one", {}, {}},
                                      {role::system, "two", {}, {}},
                                      assistant("<think>hm</think>answer")});
  REQUIRE(x.size() == 3);
  CHECK(x[0].content == "one\n\ntwo");
  CHECK(x[2].content == "answer");
}

TEST_CASE("a template's refusal teaches its rewrite", "[llm][history][golden]") {
  const auto quirk = [](const std::string& name) {
    return learned_quirks(
        {},
        json::parse(recorded_body(name + ".response.http"))["error"]["message"].get<std::string>());
  };
  CHECK(
      learned_quirks({}, "this model only supports single tool-calls at once").one_call_a_message);
  CHECK(quirk("b2-mistral-template-two-user-turns").strict_turns);
  CHECK(learned_quirks({}, "system role not supported").no_system_role);

  const auto turns = rewritten_history(
      well_formed_history(recorded_messages("b2-mistral-template-two-user-turns")),
      {false, true, false});
  for (std::size_t i = 1; i < turns.size(); ++i)
    CHECK_FALSE((turns[i].role == role::user && turns[i - 1].role == role::user));

  const auto single = rewritten_history(
      well_formed_history(recorded_messages("b3-llama31-template-parallel-calls-in-history")),
      {true, false, false});
  for (const auto& x : single)
    CHECK(x.calls.size() <= 1);
  check_well_formed(single);

  const auto nudged = rewritten_history({user("q"), assistant("", {{"aaaaaaaaa", "a", "{}"}}),
                                         result("aaaaaaaaa", "A"), user("now answer")},
                                        {false, true, false});
  REQUIRE(nudged.size() == 5);
  CHECK(nudged[3].role == role::assistant);

  const auto no_system
      = rewritten_history({{role::system, "be brief", {}, {}}, user("q")}, {false, false, true});
  REQUIRE(no_system.size() == 1);
  CHECK(no_system[0].content == "be brief\n\nq");
}

TEST_CASE("a request has the fields that every server takes and no other", "[llm][codec]") {
  request_shape shape;
  shape.model = "m";
  const std::vector<tool_spec> tools{
      {"repo_list", "lists", R"({"type":"object","properties":{}})"}};
  const auto keys = [](const json& x) {
    std::string out;
    for (const auto& item : x.items())
      out += item.key() + " ";
    return out;
  };
  const std::vector<chat_message> messages{user("q"),
                                           assistant("", {{"aaaaaaaaa", "repo_list", "{}"}}),
                                           result("aaaaaaaaa", "\xFF bad")};
  auto body = json::parse(request_body(messages, {}, false, 100, shape));
  CHECK(keys(body) == "max_tokens messages model stream stream_options temperature ");
  CHECK(body["messages"][1]["content"] == "");
  CHECK(body["messages"][1]["tool_calls"][0]["function"]["arguments"] == "{}");
  CHECK(body["messages"][2]["tool_call_id"] == "aaaaaaaaa");
  body = json::parse(request_body(messages, tools, false, 100, shape));
  CHECK(keys(body) == "max_tokens messages model stream stream_options temperature tools ");
  CHECK(body["tools"][0]["function"]["parameters"]["type"] == "object");
  body = json::parse(request_body(messages, tools, true, 100, shape));
  CHECK(body["tool_choice"] == "none");
  shape.tool_choice = false;
  shape.stream_options = false;
  body = json::parse(request_body(messages, tools, true, 100, shape));
  CHECK(keys(body) == "max_tokens messages model stream temperature ");
  shape.mode = tool_mode::text;
  const auto plain = sent_messages(messages, tools, shape);
  body = json::parse(request_body(plain, tools, false, 100, shape));
  CHECK(!body.contains("tools"));
  CHECK(body["messages"].dump().find("tool_calls") == std::string::npos);
  CHECK(plain[0].content.find("repo_list") != std::string::npos);
}

TEST_CASE("the bytes of a conversation stay the same from step to step", "[llm][codec]") {
  request_shape shape;
  const std::vector<tool_spec> tools{{"repo_list", "lists", "{}"}};
  std::vector<chat_message> messages{{role::system, "s", {}, {}}, user("q")};
  const auto first = request_body(sent_messages(messages, tools, shape), tools, false, 100, shape);
  messages.push_back(assistant("", {{"aaaaaaaaa", "repo_list", "{}"}}));
  messages.push_back(result("aaaaaaaaa", "x"));
  const auto second = request_body(sent_messages(messages, tools, shape), tools, false, 90, shape);
  const auto same = first.substr(0, first.rfind(R"(],"max_tokens")"));
  CHECK(second.substr(0, same.size()) == same);
}
