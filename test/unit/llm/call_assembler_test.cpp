#include "llm/call_assembler.hpp"
#include "llm/sse_parser.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

using namespace claw;
using namespace claw::test;
using nlohmann::json;

namespace {

const std::vector<std::string> known{"repo_list", "repo_status", "repo_last_commit", "repo_grep"};

/// Each text is the `tool_calls` value of one delta.
std::vector<raw_call> assembled(const std::vector<const char*>& deltas,
                                std::vector<std::string> names = known) {
  call_assembler x{std::move(names)};
  for (const auto* delta : deltas)
    x.feed(json::parse(delta));
  return x.calls();
}

struct dialect {
  const char* what;
  std::vector<const char*> deltas;
  std::vector<raw_call> calls;
};
/// How servers send calls, and what must come of it.
const std::vector<dialect> dialects{
    {"id and name only first",
     {R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":"{"}}])",
      R"([{"index":0,"function":{"arguments":"\"repo\":\"a\"}"}}])"},
     {{"x", "repo_status", R"({"repo":"a"})"}}},
    {"id and name in each",
     {R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":"{"}}])",
      R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":"}"}}])"},
     {{"x", "repo_status", "{}"}}},
    {"a new id in each piece of one call",
     {R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":"{"}}])",
      R"([{"index":0,"id":"y","function":{"arguments":"}"}}])"},
     {{"x", "repo_status", "{}"}}},
    {"interleaved",
     {R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":"{\"repo\":"}}])",
      R"([{"index":1,"id":"y","function":{"name":"repo_list","arguments":""}}])",
      R"([{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":"{}"}}])"},
     {{"x", "repo_status", R"({"repo":1})"}, {"y", "repo_list", "{}"}}},
    {"index always 0, a new id for a new call",
     {R"([{"index":0,"id":"x","function":{"name":"repo_list","arguments":"{}"}}])",
      R"([{"index":0,"id":"y","function":{"name":"repo_list","arguments":"{}"}}])"},
     {{"x", "repo_list", "{}"}, {"y", "repo_list", "{}"}}},
    {"index always 0, no ids",
     {R"([{"index":0,"function":{"name":"repo_status","arguments":"{\"repo\":\"a\"}"}}])",
      R"([{"index":0,"function":{"name":"repo_status","arguments":"{\"repo\":\"b\"}"}}])"},
     {{"", "repo_status", R"({"repo":"a"})"}, {"", "repo_status", R"({"repo":"b"})"}}},
    {"no index, no ids, whole calls",
     {R"([{"function":{"name":"repo_list"}}])", R"([{"function":{"name":"repo_list"}}])"},
     {{"", "repo_list", ""}, {"", "repo_list", ""}}},
    {"no index, pieces",
     {R"([{"id":"x","function":{"name":"repo_grep","arguments":"{\"q"}}])",
      R"([{"function":{"arguments":"\":1}"}}])"},
     {{"x", "repo_grep", R"({"q":1})"}}},
    {"name in pieces",
     {R"([{"index":0,"id":"x","function":{"name":"repo_"}}])",
      R"([{"index":0,"function":{"name":"list"}}])"},
     {{"x", "repo_list", ""}}},
    {"name growing",
     {R"([{"index":0,"id":"x","function":{"name":"repo_"}}])",
      R"([{"index":0,"function":{"name":"repo_list"}}])"},
     {{"x", "repo_list", ""}}},
    {"arguments as an object",
     {R"([{"index":0,"id":"x","function":{"name":"repo_status","arguments":{"repo":"a"}}}])"},
     {{"x", "repo_status", R"({"repo":"a"})"}}},
    {"null function, null arguments",
     {R"([{"index":0,"id":"x","function":null}])",
      R"([{"index":0,"function":{"name":"repo_list","arguments":null}}])"},
     {{"x", "repo_list", ""}}},
    {"functions. prefix and blanks",
     {R"([{"index":0,"function":{"name":" functions.repo_list "}}])"},
     {{"", "repo_list", ""}}},
    {"no name at all", {R"([{"index":0,"id":"x","function":{"arguments":"{}"}}])"}, {}},
    {"not an array", {R"({"index":0})", "null", "7"}, {}},
};

} // namespace

TEST_CASE("calls are put together in every dialect", "[llm][calls]") {
  for (const auto& x : dialects) {
    INFO(x.what);
    CHECK(assembled(x.deltas) == x.calls);
  }
}

TEST_CASE("every element of a whole message is a call, also with equal ids", "[llm][calls]") {
  call_assembler x{known};
  x.feed_whole(json::parse(
      R"([{"id":"a","function":{"name":"repo_list"}},{"id":"a","function":{"name":"repo_list"}}])"));
  CHECK(x.calls().size() == 2);
}

TEST_CASE("the old function_call is one call", "[llm][calls]") {
  call_assembler x{known};
  x.feed_function_call(json::parse(R"({"name":"repo_status","arguments":"{\"re"})"));
  x.feed_function_call(json::parse(R"({"arguments":"po\":1}"})"));
  CHECK(x.calls() == std::vector<raw_call>{{"", "repo_status", R"({"repo":1})"}});
}

TEST_CASE("calls in one answer are bounded", "[llm][calls]") {
  call_assembler x{known};
  for (int i = 0; i < 1'000; ++i)
    x.feed(
        json::parse(R"([{"index":)" + std::to_string(i) + R"(,"function":{"name":"repo_list"}}])"));
  CHECK(x.calls().size() == call_assembler::calls_max);
}

TEST_CASE("recorded streams give their calls", "[llm][calls][golden]") {
  const auto calls_of = [](const std::string& name) {
    sse_parser parser;
    std::vector<sse_event> events;
    parser.feed(recorded_body(name), events);
    call_assembler x{known};
    for (const auto& event : events)
      if (const auto body = json::parse(event.data, nullptr, false);
          body.is_object() && !body["choices"].empty())
        x.feed(body["choices"][0]["delta"].value("tool_calls", json{}));
    return x.calls();
  };
  const auto one = calls_of("21-tool-auto-stream.response.http");
  REQUIRE(one.size() == 1);
  CHECK(one[0].name == "repo_list");
  CHECK(one[0].arguments == "{}");
  const auto two = calls_of("24-tool-parallel-stream.response.http");
  REQUIRE(two.size() == 2);
  CHECK(two[0].name == "repo_status");
  CHECK(two[1].name == "repo_last_commit");
  CHECK(json::parse(two[0].arguments) == json{{"repo", "demo"}});
  CHECK(json::parse(two[1].arguments) == json{{"repo", "demo"}});
}
