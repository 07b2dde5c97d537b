// How a client finds out how its model is told of tools, and what it does when a rung of the ladder does not hold.
#include "llm/endpoint_probe.hpp"
#include "llm/json_steps.hpp"
#include "test/unit/llm/chat_client_fixture.hpp"

using namespace claw;
using namespace claw::test;

namespace {

constexpr const char* llama_models
    = R"({"data":[{"id":"scripted","meta":{"n_ctx":4096,"n_ctx_train":8192}}]})";

constexpr const char* refused_tools
    = R"({"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice"}})";

const spoken_reply text_call{"<tool_call>{\"name\":\"repo_list\",\"arguments\":{}}</tool_call>"};
const spoken_reply broken_call{"<tool_call>{\"name\": repo_list"};

} // namespace

TEST_CASE_METHOD(chat_client_fixture, "the second call that comes as text makes text the way",
                 "[llm][client][mode]") {
  chat_client client{config};
  for (int i = 0; i < 3; ++i) {
    model.say(text_call);
    CHECK(told(ask(client)) == "repo_list {}");
  }
  CHECK(sent(1).contains("tools"));
  CHECK_FALSE(sent(2).contains("tools"));
  CHECK(sent(2)["messages"][0]["content"].get<std::string>().find("<tool_call>")
        != std::string::npos);
}

TEST_CASE_METHOD(chat_client_fixture, "calls in text that nobody can read lead on to JSON steps",
                 "[llm][client][mode]") {
  config.mode.reset();
  chat_client client{config};
  model.fail(400, R"({"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice"}})");
  for (int i = 0; i < 2; ++i) {
    model.say(broken_call);
    ask(client);
  }
  model.say({R"({"action":"repo_status","arguments":{"repo":"demo"},"text":""})"});
  const auto reply = ask(client);
  CHECK(told(reply) == R"(repo_status {"repo":"demo"})");
  CHECK(reply.reply->mode == "json");
  const auto schema = sent(3)["response_format"]["json_schema"]["schema"];
  CHECK(schema["properties"]["action"]["enum"].dump()
        == R"(["repo_list","repo_status","repo_last_commit","final"])");
  CHECK(schema["properties"]["arguments"]["properties"]["repo"]["maxLength"] > 0);
  CHECK_FALSE(sent(3).contains("tools"));
}

TEST_CASE_METHOD(chat_client_fixture, "a JSON step that is final is the answer, and its braces are never shown",
                 "[llm][client][mode]") {
  config.mode = tool_mode::json;
  model.say({R"({"action":"final","arguments":{},"text":"forty-two"})"});
  const auto reply = ask();
  CHECK(reply.reply->content == "forty-two");
  CHECK(reply.reply->calls.empty());
  CHECK(shown == "forty-two");
}

TEST_CASE_METHOD(chat_client_fixture, "a server without response_format is asked for JSON by words alone",
                 "[llm][client][mode]") {
  config.mode.reset();
  config.mode = tool_mode::json;
  chat_client client{config};
  model.fail(400, R"({"error":{"message":"response_format json_schema is not supported"}})");
  model.say({"Sure: {\"action\":\"repo_list\",\"arguments\":{}}"});
  CHECK(told(ask(client)) == "repo_list {}");
  CHECK_FALSE(sent(1).contains("response_format"));
}

TEST_CASE_METHOD(chat_client_fixture, "the last request of a run wants no JSON", "[llm][client][mode]") {
  config.mode = tool_mode::json;
  request.tools.clear();
  model.say({"plain words"});
  CHECK(ask().reply->content == "plain words");
  CHECK_FALSE(sent(0).contains("response_format"));
}

TEST_CASE_METHOD(chat_client_fixture, "the history of a JSON step is a JSON step", "[llm][client][mode]") {
  config.mode = tool_mode::json;
  request.messages.push_back(
      {message_role::assistant, "", {{"abcdefghi", "repo_list", "{}", false}}, ""});
  request.messages.push_back({message_role::tool, "demo", {}, "abcdefghi"});
  model.say({R"({"action":"final","arguments":{},"text":"demo"})"});
  ask();
  CHECK(sent(0)["messages"][2]["content"] == R"({"action":"repo_list","arguments":{},"text":""})");
  CHECK(sent(0)["messages"][3]["role"] == "user");
}

TEST_CASE_METHOD(chat_client_fixture, "a mode that the operator fixed stays", "[llm][client][mode]") {
  config.mode = tool_mode::native;
  chat_client client{config};
  for (int i = 0; i < 3; ++i) {
    model.say(text_call);
    ask(client);
  }
  CHECK(sent(2).contains("tools"));
}

TEST_CASE_METHOD(chat_client_fixture, "a template that drops tools without a word is seen beforehand",
                 "[llm][client][mode]") {
  model.models(llama_models);
  model.props(R"({"total_slots":2,"chat_template_caps":{"supports_tools":false}})");
  model.say(text_call);
  CHECK(told(ask()) == "repo_list {}");
  CHECK_FALSE(sent(0).contains("tools"));
}

TEST_CASE_METHOD(chat_client_fixture, "llama.cpp is asked for the progress of its prefill, others are not",
                 "[llm][client]") {
  model.say({"yes"});
  ask();
  CHECK_FALSE(sent(0).contains("return_progress"));
  model.models(llama_models);
  model.say({"yes"});
  ask();
  CHECK(sent(1)["return_progress"] == true);
}

TEST_CASE_METHOD(chat_client_fixture, "tools that a server refused are tried again when it has been away",
                 "[llm][client][mode]") {
  chat_client client{config};
  model.fail(400, refused_tools);
  for (int i = 0; i < 2; ++i) {
    model.say({"yes"});
    CHECK(ask(client).reply->mode == "text");
  }
  client.endpoint_was_away(); // and was started with the right flags
  model.say({"yes"});
  CHECK(ask(client).reply->mode == "native");
  CHECK(model.requests().back().body.contains("tools"));
}

TEST_CASE_METHOD(chat_client_fixture, "tools that a server refused are tried again later, in a new conversation",
                 "[llm][client][mode]") {
  config.timers.ask_again = std::chrono::milliseconds{0};
  chat_client client{config};
  model.fail(400, refused_tools);
  model.say({"yes"});
  CHECK(ask(client).reply->mode == "text");
  request.messages.push_back({message_role::assistant, "", {{"abcdefghi", "repo_list", "{}", false}}, ""});
  request.messages.push_back({message_role::tool, "demo", {}, "abcdefghi"});
  model.say({"yes"});
  CHECK(ask(client).reply->mode == "text"); // the bytes of a conversation do not change in its middle
  request.messages.resize(2);
  model.say({"yes"});
  CHECK(ask(client).reply->mode == "native");
}

TEST_CASE_METHOD(chat_client_fixture, "a mode that a model has shown to need stays", "[llm][client][mode]") {
  chat_client client{config};
  for (int i = 0; i < 2; ++i) {
    model.say(text_call);
    ask(client);
  }
  client.endpoint_was_away();
  model.say(text_call);
  CHECK(ask(client).reply->mode == "text");
}

TEST_CASE_METHOD(chat_client_fixture, "a context that was found too small is found anew when the endpoint was away",
                 "[llm][client][budget]") {
  config.context_tokens = 0;
  config.timers.call_max = std::chrono::seconds{60};
  chat_client client{config};
  model.fail(400, R"({"error":{"message":"maximum context length is 600 tokens"}})");
  model.say({"yes"});
  ask(client);
  CHECK(sent(1)["max_tokens"] == 200);
  model.models(R"({"data":[{"id":"scripted","max_model_len":9000}]})");
  client.endpoint_was_away();
  model.say({"yes"});
  ask(client);
  CHECK(sent(2)["max_tokens"] == 3'000);
}

TEST_CASE("llama.cpp's properties are read, and what is missing stays unknown", "[llm][probe]") {
  const auto x = parse_traits(R"({"total_slots":2,"chat_template_caps":{"supports_tools":true}})");
  CHECK(x.knows_tools == true);
  CHECK(x.slots == 2u);
  for (const char* text : {"", "[]", "{}", R"({"chat_template_caps":7,"total_slots":"x"})"}) {
    CHECK_FALSE(parse_traits(text).knows_tools.has_value());
    CHECK_FALSE(parse_traits(text).slots.has_value());
  }
}

TEST_CASE("a step is read wherever its object stands, and nothing else is a step", "[llm][mode]") {
  const std::vector<tool_spec> tools{{"repo_list", "", "{}"}};
  CHECK(read_step(R"(ok {"action":"repo_list","arguments":{"a":1}} done)", tools)->arguments_json
        == R"({"a":1})");
  CHECK(read_step(R"({"action":"repo_list"})", tools)->arguments_json == "{}");
  CHECK(read_step(R"({"action":"final","text":"x"})", tools)->tool.empty());
  for (const char* text : {"", "words", "{", R"({"action":"rm"})", R"({"text":"x"})", "[1]"})
    CHECK_FALSE(read_step(text, tools).has_value());
}
