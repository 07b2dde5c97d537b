// What the client does about errors: which it mends by itself, which it hands on, what it never does.
#include "test/unit/llm/chat_client_fixture.hpp"

#include <set>

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

const spoken_reply fine{"fine", "", {}, "", {{10, 5}}};

std::string error_body(const std::string& message) {
  return nlohmann::json{{"error", {{"message", message}, {"type", "invalid_request_error"}}}}
      .dump();
}

} // namespace

TEST_CASE_METHOD(chat_client_fixture, "the address works with and without its version",
                 "[llm][client]") {
  const auto root = config.base_url.substr(0, config.base_url.size() - 3);
  for (const auto& url :
       {root, root + "/", root + "/v1", root + "/v1/", root + "/v1/chat/completions"}) {
    config.base_url = url;
    model.say(fine);
    CHECK(ask().reply);
    CHECK(model.requests().back().http.target == "/v1/chat/completions");
  }
  config.base_url = "ftp://example.org";
  CHECK(ask().failure.kind == chat_error::bad_request);
}

TEST_CASE_METHOD(chat_client_fixture, "the key is sent only where there is one, and never told",
                 "[llm][client]") {
  model.say(fine);
  CHECK(ask().reply);
  CHECK(model.requests()[0].http.headers.count("authorization") == 0);
  CHECK(model.requests()[0].http.headers.count("expect") == 0);
  config.api_key = "canary-12345";
  model.fail(401, error_body("the key canary-12345 is wrong"));
  auto out = ask();
  CHECK(model.requests()[1].http.headers.at("authorization") == "Bearer canary-12345");
  CHECK(out.failure.kind == chat_error::auth);
  CHECK(out.failure.why.find("canary") == std::string::npos);
  model.fail(400, error_body("no: canary-12345"));
  CHECK(ask().failure.why.find("canary") == std::string::npos);
}

TEST_CASE_METHOD(chat_client_fixture, "errors that only waiting mends are the caller's",
                 "[llm][client]") {
  const auto failed = [&](int status, const std::string& body, const std::string& headers = "") {
    const auto before = model.requests().size();
    model.fail(status, body, headers);
    auto out = ask();
    CHECK(model.requests().size() == before + 1); // never twice
    return out.failure;
  };
  CHECK(failed(503, recorded_body("99-err-503-loading.response.http")).kind == chat_error::loading);
  CHECK(failed(429, "", "Retry-After: 7\r\n").wait == 7s);
  CHECK(failed(529, "").kind == chat_error::overloaded);
  CHECK(failed(500, error_body("boom")).kind == chat_error::server_fault);
  CHECK(failed(502, "<html>").kind == chat_error::server_fault);
  CHECK(failed(401, R"({"error":"Unauthorized"})").kind == chat_error::auth);
  CHECK(failed(404, error_body("The model `x` does not exist")).kind == chat_error::model_missing);
  CHECK(failed(422, R"({"detail":"messages"})").kind == chat_error::bad_request);
  CHECK(failed(500, recorded_body("68-err-history-with-malformed-arguments.response.http")).kind
        == chat_error::bad_request);
}

TEST_CASE_METHOD(chat_client_fixture, "a closed port is an endpoint that is still to come up",
                 "[llm][client]") {
  {
    const loopback_server gone{[](const loopback_request&, loopback_connection&) {}};
    config.base_url = "http://127.0.0.1:" + std::to_string(gone.port());
  }
  const auto out = ask();
  CHECK(out.failure.kind == chat_error::loading);
}

TEST_CASE_METHOD(chat_client_fixture, "an error inside of a good stream is an error",
                 "[llm][client]") {
  for (const char* tail : {"", "data: [DONE]\n\n"}) {
    model.play({write(event_stream_head
                      + as_stream({R"({"choices":[{"delta":{"content":"half"}}]})",
                                   R"({"error":{"message":"died","code":500}})"})
                      + tail)});
    const auto out = ask();
    CHECK_FALSE(out.reply);
    CHECK(out.failure.kind == chat_error::server_fault);
  }
  model.play({write(event_stream_head + "event: error\ndata: {\"message\":\"died\"}\n\n")});
  CHECK(ask().failure.kind == chat_error::server_fault);
}

TEST_CASE_METHOD(chat_client_fixture, "fields that a server refuses are dropped, once and for good",
                 "[llm][client]") {
  chat_client client{config};
  model.fail(400, error_body("Unrecognized request argument supplied: stream_options"));
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK(sent(0).contains("stream_options"));
  CHECK_FALSE(sent(1).contains("stream_options"));
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK_FALSE(sent(2).contains("stream_options"));
  model.fail(400, error_body("stream_options again"));
  CHECK(ask(client).failure.kind == chat_error::bad_request);

  request.tools_forbidden = true;
  model.fail(400, error_body("tool_choice is not supported"));
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK_FALSE(model.requests().back().body.contains("tool_choice"));
  CHECK_FALSE(model.requests().back().body.contains("tools"));

  model.fail(400, error_body("max_tokens must be less than or equal to `100`"));
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK(model.requests().back().body["max_tokens"] == 100);
}

TEST_CASE_METHOD(chat_client_fixture, "a template's refusal rewrites the history once",
                 "[llm][client][golden]") {
  request.messages.push_back({message_role::assistant,
                              "",
                              {{"aaaaaaaaa", "repo_status", "{no"}, {"bbbbbbbbb", "repo_list", ""}},
                              {}});
  request.messages.push_back({message_role::tool, "A", {}, "aaaaaaaaa"});
  request.messages.push_back({message_role::tool, "B", {}, "bbbbbbbbb"});
  chat_client client{config};
  const auto refusal = recorded_body("b3-llama31-template-parallel-calls-in-history.response.http");
  model.fail(400, refusal);
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK(sent(0)["messages"].size() == 5);
  CHECK(sent(0)["messages"][2]["tool_calls"][0]["function"]["arguments"] == "{}");
  CHECK(sent(1)["messages"].size() == 6);
  model.fail(400, refusal);
  model.fail(400, refusal);
  CHECK(ask(client).failure.kind == chat_error::template_error);
}

TEST_CASE_METHOD(chat_client_fixture, "an overflow teaches the context and condenses, once",
                 "[llm][client][golden]") {
  for (int i = 0; i < 4; ++i) {
    const std::string id = "call0000" + std::to_string(i);
    request.messages.push_back({message_role::assistant, "", {{id, "repo_list", "{}"}}, {}});
    request.messages.push_back(
        {message_role::tool, std::string(5'000, static_cast<char>('a' + i)), {}, id});
  }
  chat_client client{config};
  model.fail(400, recorded_body("60-err-context-overflow.response.http"));
  model.say(fine);
  CHECK(ask(client).reply);
  CHECK(condensed == 1); // the first request was whole
  CHECK(sent(1).dump().size() < sent(0).dump().size());
  std::multiset<std::string> called, answered;
  const auto second = sent(1);
  for (const auto& x : second["messages"]) {
    for (const auto& call : x.value("tool_calls", nlohmann::json::array()))
      called.insert(call["id"].get<std::string>());
    if (x["role"] == "tool")
      answered.insert(x["tool_call_id"].get<std::string>());
  }
  CHECK(called == answered);
  CHECK(sent(1)["max_tokens"].get<int>() <= 4096 / 3);
  model.fail(400, R"({"error":{"message":"exceeds the available context size"}})");
  model.fail(400, R"({"error":{"message":"exceeds the available context size"}})");
  CHECK(ask(client).failure.kind == chat_error::context_overflow);
  CHECK(model.left() <= 1);
}

TEST_CASE_METHOD(chat_client_fixture, "prompt and answer together may be what is too long",
                 "[llm][client]") {
  model.fail(
      400,
      R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested )"
      R"(4200 tokens (104 in the messages, 4096 in the completion)."})");
  model.say(fine);
  CHECK(ask().reply);
  CHECK(sent(0)["messages"] == sent(1)["messages"]);
  CHECK(sent(1)["max_tokens"].get<int>() < 4'000);
}

TEST_CASE_METHOD(chat_client_fixture, "without tool support the tools are told as text",
                 "[llm][client][golden]") {
  chat_client client{config};
  model.fail(500, recorded_body("a6-err-no-jinja-tools.response.http"));
  model.say({R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo"}}</tool_call>)"});
  const auto out = ask(client);
  CHECK(told(out) == "repo_status {\"repo\":\"demo\"}");
  CHECK(out.reply.value().calls[0].from_text);
  CHECK_FALSE(sent(1).contains("tools"));
  CHECK(sent(1)["messages"][0]["content"].get<std::string>().find("repo_status")
        != std::string::npos);
}

TEST_CASE_METHOD(chat_client_fixture, "the context is asked for where nobody told it",
                 "[llm][client]") {
  config.context_tokens = 0;
  config.timers.call_max = 60s;
  model.models(recorded_body("01-models.response.http"));
  model.say(fine);
  CHECK(ask().reply);
  CHECK(sent(0)["max_tokens"] == 4096 / 3);
}
