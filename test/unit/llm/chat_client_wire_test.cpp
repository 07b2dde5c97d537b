// How answers come over the wire: splits, line ends, closes, lengths.
#include "test/unit/llm/chat_client_fixture.hpp"

using namespace claw;
using namespace claw::test;

namespace {

const std::string stream_head = event_stream_head;
const spoken_reply greeting{"Gr\u00fc\u00dfe, \U0001F469\u200D\U0001F4BB!", "", {}, "", {{10, 5}}};

std::string greeting_stream() {
  return stream_head + as_stream(streamed_events(greeting, persona::llamacpp));
}

} // namespace

TEST_CASE_METHOD(chat_client_fixture, "an answer is the same in pieces of any size",
                 "[llm][client]") {
  for (const std::size_t n : {1u, 2u, 3u, 7u, 100'000u}) {
    model.play(in_pieces(greeting_stream(), n));
    shown.clear();
    const auto out = ask();
    REQUIRE(out.reply);
    CHECK(out.reply->content == greeting.text);
    CHECK(shown == greeting.text);
    REQUIRE(out.reply->usage);
    CHECK(out.reply->usage->prompt_tokens == 10);
    CHECK(out.reply->model == "scripted");
  }
}

TEST_CASE_METHOD(chat_client_fixture, "line ends, comments and odd fields do not matter",
                 "[llm][client]") {
  const auto events = streamed_events(greeting, persona::vllm);
  std::string body = "\xEF\xBB\xBF: hello\r\nretry: 5\r\n\r\n";
  for (const auto& x : events)
    body += "event: message\r\nid: 1\r\ndata:" + x + "\r\n\r\n:\r\n\r\n";
  model.play({write(stream_head + body)});
  CHECK(ask().reply.value().content == greeting.text);
}

TEST_CASE_METHOD(chat_client_fixture, "chunked, measured and unmeasured bodies are read",
                 "[llm][client]") {
  const auto body = as_stream(streamed_events(greeting, persona::llamacpp));
  model.play({write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n"
                    "5;ext=1\r\n"
                    + body.substr(0, 5) + "\r\n"),
              write("64\r\n" + body.substr(5, 100) + "\r\n"),
              write("FFFF\r\n" + body.substr(105))});
  CHECK(ask().reply.value().content == greeting.text); // the chunk is never filled, but [DONE] was there
  model.play({write(http_reply(200, body, "text/event-stream"))});
  CHECK(ask().reply.value().content == greeting.text);
  model.play({write("HTTP/1.0 200 OK\r\n\r\n" + body)});
  CHECK(ask().reply.value().content == greeting.text);
  model.play({write("HTTP/1.1 100 Continue\r\n\r\n" + greeting_stream())});
  CHECK(ask().reply.value().content == greeting.text);
}

TEST_CASE_METHOD(chat_client_fixture, "a wrong content type is seen through", "[llm][client]") {
  model.play({write(http_reply(200, whole_body(greeting, persona::vllm), "text/event-stream"))});
  CHECK(ask().reply.value().content == greeting.text);
  config.stream = false;
  model.play({write(
      http_reply(200, as_stream(streamed_events(greeting, persona::vllm)), "application/json"))});
  CHECK(ask().reply.value().content == greeting.text);
  model.say_whole(greeting);
  CHECK(ask().reply.value().content == greeting.text);
  model.play({write(http_reply(200, "<html>welcome</html>", "text/html"))});
  CHECK(ask().failure.kind == chat_error::server_fault);
}

TEST_CASE_METHOD(chat_client_fixture, "an answer is complete when its finish was seen",
                 "[llm][client]") {
  auto events = streamed_events(greeting, persona::llamacpp);
  events.resize(events.size() - 2); // neither usage nor [DONE]
  model.play({write(stream_head + as_stream(events))});
  CHECK(ask().reply.value().content == greeting.text);
  model.play({write(stream_head + as_stream(events)), reset()});
  CHECK(ask().reply.value().content == greeting.text);
  events.pop_back(); // no finish
  model.play({write(stream_head + as_stream(events))});
  CHECK(ask().failure.kind == chat_error::server_fault);
  model.play({write(stream_head + as_stream(events) + "data: [DONE]\n\n")});
  CHECK(ask().failure.kind == chat_error::server_fault);
  model.play({write(stream_head + as_stream(events)), reset()});
  CHECK(ask().failure.kind == chat_error::server_fault);
}

TEST_CASE_METHOD(chat_client_fixture, "broken connections and bodies are faults of the server",
                 "[llm][client]") {
  const auto broken = [&](script x) {
    model.play(std::move(x));
    return ask().failure.kind;
  };
  CHECK(broken({}) == chat_error::server_fault);
  CHECK(broken({reset()}) == chat_error::server_fault);
  CHECK(broken({write("HTTP/1.1 200 OK\r\nContent-Le")}) == chat_error::server_fault);
  CHECK(broken({write(stream_head)}) == chat_error::server_fault);
  CHECK(broken({write(stream_head + "data: {\"choi")}) == chat_error::server_fault);
  CHECK(broken({write(stream_head + "data: not json\n\n"), hold()}) == chat_error::server_fault);
  CHECK(broken({write(http_reply(200, ""))}) == chat_error::server_fault);
  CHECK(broken({write(http_reply(200, "{}"))}) == chat_error::server_fault);
  CHECK(broken({write("nonsense\r\n\r\n")}) == chat_error::server_fault);
  CHECK(model.left() == 0);
}

TEST_CASE_METHOD(chat_client_fixture, "no answer can fill the memory", "[llm][client]") {
  config.response_bytes_max = 1u << 20;
  script endless{write(stream_head)};
  for (int i = 0; i < 200; ++i)
    endless.push_back(write(": " + std::string(64 * 1'024, 'x') + "\n"));
  model.play(endless);
  CHECK(ask().failure.kind == chat_error::server_fault);
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 5'000; ++i)
    head += "X-H" + std::to_string(i) + ": " + std::string(60, 'y') + "\r\n";
  model.play({write(head), hold()});
  CHECK(ask().failure.kind == chat_error::server_fault);
}

TEST_CASE_METHOD(chat_client_fixture, "a large answer is read whole", "[llm][client]") {
  spoken_reply large;
  large.text = std::string(1u << 20, 'x'); // many times what a socket takes at once
  model.say_whole(large);
  CHECK(ask().reply.value().content.size() == large.text.size());
}

TEST_CASE_METHOD(chat_client_fixture, "bytes that are no text do no harm", "[llm][client]") {
  model.play(
      {write(stream_head + R"(data: {"choices":[{"delta":{"content":"a)" + "\xFF\xC0" + R"(b"}}]})"
             + "\n\n" + R"(data: {"choices":[{"delta":{"content":"\ud83d"}}]})" + "\n\n"
             + R"(data: {"choices":[{"delta":{"content":"\ude00 \udc00"},"finish_reason":"stop"}]})"
             + "\n\n")});
  const auto out = ask();
  REQUIRE(out.reply);
  CHECK(out.reply->content == "a\uFFFD\uFFFDb\U0001F600 \uFFFD");
}

TEST_CASE_METHOD(chat_client_fixture, "redirects are not followed", "[llm][client]") {
  for (const int status : {302, 307}) {
    model.fail(status, "", "Location: http://127.0.0.1:1/\r\n");
    CHECK(ask().failure.kind == chat_error::bad_request);
  }
}

TEST_CASE_METHOD(chat_client_fixture, "recorded answers come out as they were meant",
                 "[llm][client][golden]") {
  const auto replay = [&](const char* name) {
    model.play({write(recorded(name))});
    return ask();
  };
  auto out = replay("12-stream-think-unicode-usage.response.http");
  REQUIRE(out.reply);
  CHECK(out.reply->reasoning.find("The user greets me") != std::string::npos);
  CHECK(out.reply->content.find("think") == std::string::npos);
  CHECK_FALSE(out.reply->content.empty());
  CHECK(out.reply->usage);
  CHECK(told(replay("21-tool-auto-stream.response.http")) == "repo_list {}");
  CHECK(told(replay("24-tool-parallel-stream.response.http"))
        == "repo_status {\"repo\":\"demo\"}\nrepo_last_commit {\"repo\":\"demo\"}");
  out = replay("29-tool-cut-by-max_tokens.response.http");
  CHECK(told(out).empty());
  CHECK(out.reply.value().calls_cut);
  CHECK(out.reply.value().finish == chat_finish::length);
  CHECK(replay("30-tool-cut-by-max_tokens-stream.response.http").reply.value().calls_cut);
  out = replay("31-tool-cut-inside-arguments-stream.response.http");
  CHECK(told(out) == "repo_status {\"repo\":\"demo\"}");
  out = replay("28-tool-pycall-as-text.response.http"); // a call in prose is prose
  CHECK(told(out).empty());
  CHECK(out.reply.value().content == "I will look it up: repo_status(\"demo\")");
  out = replay("94-reasoning_content-stream.response.http");
  CHECK_FALSE(out.reply.value().reasoning.empty());
  CHECK_FALSE(out.reply.value().content.empty());
  prefill.clear();
  CHECK(replay("a7-return_progress.response.http").reply);
  REQUIRE(prefill.size() == 3);
  CHECK(prefill.back() == 1.0);
}
