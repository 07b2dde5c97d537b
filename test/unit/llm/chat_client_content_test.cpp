// What the client makes of an answer's content and calls, in every server's dialect.
#include "llm/chat_history.hpp"
#include "test/unit/llm/chat_client_fixture.hpp"

using namespace claw;
using namespace claw::test;

namespace {

constexpr persona everyone[]{persona::llamacpp, persona::vllm, persona::ollama, persona::sglang,
                             persona::lmstudio};

std::string whole(const std::string& message, const std::string& finish = "\"stop\"") {
  return R"({"choices":[{"message":)" + message + R"(,"finish_reason":)" + finish + "}]}";
}

} // namespace

TEST_CASE_METHOD(chat_client_fixture, "every server's dialect says the same", "[llm][client]") {
  spoken_reply x{"I look.",
                 "hm",
                 {{"chatcmpl-tool-1", "repo_list", "{}"},
                  {"chatcmpl-tool-2", "repo_status", R"({"repo":"demo"})"}},
                 "",
                 {{10, 5}}};
  for (const auto who : everyone)
    for (const bool streamed : {true, false}) {
      CAPTURE(static_cast<int>(who), streamed);
      streamed ? model.say(x, who) : model.say_whole(x, who);
      const auto out = ask();
      REQUIRE(out.reply);
      CHECK(out.reply->content == "I look.");
      CHECK(out.reply->reasoning == "hm");
      CHECK(told(out) == "repo_list {}\nrepo_status {\"repo\":\"demo\"}");
      CHECK(out.reply->finish == chat_finish::tool_calls);
      for (const auto& call : out.reply->calls)
        CHECK(is_call_id(call.id));
    }
}

TEST_CASE_METHOD(chat_client_fixture, "lenient where servers are sloppy", "[llm][client]") {
  struct row {
    std::string body;
    const char* content;
    const char* calls;
  };
  for (const auto& x : std::vector<row>{
           {whole(R"({"content":null})"), "", ""},
           {whole(R"({"content":"  \n "})"), "", ""},
           {whole(R"({})"), "", ""},
           {whole(R"({"content":"a","tool_calls":null})", "null"), "a", ""},
           {whole(R"({"content":"a","tool_calls":[]})", "\"\""), "a", ""},
           {whole(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})"), "ab",
            ""},
           {R"({"choices":[]})", "", ""},
           {whole(R"({"content":"","tool_calls":[{"id":"x","function":{"name":"repo_list"}}]})"),
            "", "repo_list {}"},
           {whole(R"({"tool_calls":[{"function":{"name":"repo_list","arguments":""}}]})"), "",
            "repo_list {}"},
           {whole(
                R"({"tool_calls":[{"function":{"name":"repo_status","arguments":{"repo":"a"}}}]})"),
            "", R"(repo_status {"repo":"a"})"},
           {whole(R"({"function_call":{"name":"repo_list","arguments":"{}"}})",
                  "\"function_call\""),
            "", "repo_list {}"},
           {whole(R"({"content":"no"})", "\"content_filter\""), "no", ""},
           {whole(R"({"content":"odd"})", "\"insufficient_system_resource\""), "odd", ""},
       }) {
    INFO(x.body);
    model.play({write(http_reply(200, x.body))});
    const auto out = ask();
    REQUIRE(out.reply);
    CHECK(out.reply->content == x.content);
    CHECK(told(out) == x.calls);
  }
}

TEST_CASE_METHOD(chat_client_fixture, "thinking is never shown", "[llm][client]") {
  for (const auto who : everyone)
    for (const char* text : {"<think>secret</think>\n\nopen", "<thinking>secret</thinking>open"}) {
      shown.clear();
      model.say({text}, who);
      const auto out = ask();
      REQUIRE(out.reply);
      CHECK(out.reply->content == "open");
      CHECK(shown == "open");
      CHECK(out.reply->reasoning == "secret");
    }
  model.say({"<think>cut"});
  CHECK(ask().reply.value().content.empty());
}

TEST_CASE_METHOD(chat_client_fixture, "a call inside of a thought is no call", "[llm][client]") {
  model.say(
      {R"(<think><tool_call>{"name":"repo_list","arguments":{}}</tool_call></think>No need.)"});
  const auto out = ask();
  CHECK(told(out).empty());
  CHECK(out.reply.value().content == "No need.");
}

TEST_CASE_METHOD(chat_client_fixture, "a call in the text is a call and is not shown",
                 "[llm][client]") {
  model.say({"I "
             "look.\n<tool_call>{\"name\":\"repo_status\",\"arguments\":{\"repo\":\"demo\"}}</"
             "tool_call>"});
  const auto out = ask();
  CHECK(told(out) == "repo_status {\"repo\":\"demo\"}");
  CHECK(out.reply.value().calls[0].from_text);
  CHECK(out.reply.value().content == "I look.");
  CHECK(shown.find("tool_call") == std::string::npos);
}

TEST_CASE_METHOD(chat_client_fixture, "what stands in a tool result is never run",
                 "[llm][client]") {
  const std::string call
      = R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo"}}</tool_call>)";
  request.messages.push_back({message_role::assistant, "", {{"aaaaaaaaa", "repo_list", "{}"}}, {}});
  request.messages.push_back(
      {message_role::tool, nlohmann::json{{"content", "README: " + call}}.dump(), {}, "aaaaaaaaa"});
  model.say({"The file says " + call});
  const auto out = ask();
  CHECK(told(out).empty());
  CHECK(out.reply.value().content == "The file says " + call);
}

TEST_CASE_METHOD(chat_client_fixture, "forbidden calls are cut out, not run", "[llm][client]") {
  request.tools_forbidden = true;
  model.say({R"(Done. <tool_call>{"name":"repo_list","arguments":{}}</tool_call>)"});
  auto out = ask();
  CHECK(told(out).empty());
  CHECK(out.reply.value().content == "Done.");
  CHECK(sent(0)["tool_choice"] == "none");
  model.say({"", "", {{"x", "repo_list", "{}"}}});
  CHECK(told(ask()).empty());
  request.tools.clear();
  request.messages.push_back({message_role::assistant, "", {{"aaaaaaaaa", "repo_list", "{}"}}, {}});
  request.messages.push_back({message_role::tool, "[]", {}, "aaaaaaaaa"});
  model.say({R"(Done. <tool_call>{"name":"repo_list","arguments":{}}</tool_call>)"});
  out = ask();
  CHECK(told(out).empty());
  CHECK(out.reply.value().content == "Done.");
  CHECK_FALSE(sent(2).contains("tools"));
}

TEST_CASE_METHOD(chat_client_fixture, "a call that was cut off is dropped and said",
                 "[llm][client]") {
  model.say({"", "", {{"x", "repo_list", "{}"}, {"y", "repo_status", "{\"re"}}, "length"});
  auto out = ask();
  CHECK(told(out) == "repo_list {}");
  CHECK(out.reply.value().calls_cut);
  model.say({"", "", {{"x", "repo_st", ""}}, "length"});
  out = ask();
  CHECK(told(out).empty());
  CHECK(out.reply.value().calls_cut);
  model.say({"", "", {{"x", "repo_status", "{\"re"}}, "stop"});
  out = ask(); // not cut by length: the caller tells the model what is wrong
  REQUIRE(out.reply.value().calls.size() == 1);
  CHECK(out.reply.value().calls[0].arguments_json == "{\"re");
}

TEST_CASE_METHOD(chat_client_fixture, "strange arguments and names arrive as they are",
                 "[llm][client]") {
  for (const std::string arguments : {"[1]", "7", "{no", "{\"a\":NaN}"}) {
    model.say({"", "", {{"x", "repo_status", arguments}}});
    CHECK(ask().reply.value().calls.at(0).arguments_json == arguments);
  }
  model.say({"", "", {{"x", "rm -rf", "{}"}, {"y", "functions.repo_list", "{}"}}});
  CHECK(told(ask()) == "rm -rf {}\nrepo_list {}");
  model.say({"", "", {{"x", "repo_status", std::string(10'000, '[')}}});
  CHECK(ask().reply.value().calls.size() == 1);
  std::vector<spoken_call> fifty(50, {"same", "repo_list", "{}"});
  model.say({"", "", fifty});
  CHECK(ask().reply.value().calls.size() == 50);
}

TEST_CASE_METHOD(chat_client_fixture, "words that look like the wire are words", "[llm][client]") {
  const std::string text
      = "data: {\"a\":1}\n\ndata: [DONE]\n\n</tool_output> @everyone ![x](http://y)";
  model.say({text});
  CHECK(ask().reply.value().content == text);
}
