// How long the client waits, and how soon it lets go.
#include "test/unit/llm/chat_client_fixture.hpp"

#include <thread>

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

const std::string piece = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";

const std::string role_piece = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n";
const std::string last_piece = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// As llama.cpp tells it.
std::string read_so_far(int tokens) {
  return R"(data: {"choices":[{"delta":{"role":"assistant","content":null}}],"prompt_progress":{"total":1000,)"
         R"("cache":0,"processed":)"
         + std::to_string(tokens) + ",\"time_ms\":1}}\n\n";
}

/// Comments for many times as long as the limits here: whoever takes them for progress waits to their end.
script then_comments(script x) {
  for (int i = 0; i < 100; ++i) {
    x.push_back(pause(30ms));
    x.push_back(write(":\n\n"));
  }
  return x;
}

} // namespace

TEST_CASE_METHOD(chat_client_fixture, "silence before the first word ends the request",
                 "[llm][client][timers]") {
  config.timers.first_event = 100ms;
  for (const script& x : {script{hold()}, script{write("HTTP/1.1 200 OK\r\n"), hold()},
                          script{write(event_stream_head), hold()}, then_comments({write(event_stream_head)})}) {
    model.play(x);
    const auto began = steady_clock::now();
    const auto out = ask();
    CHECK(out.failure.kind == chat_error::timed_out);
    CHECK(steady_clock::now() - began >= 100ms);
    CHECK(steady_clock::now() - began < 1500ms);
  }
}

TEST_CASE_METHOD(chat_client_fixture, "after silence the next answer is given more time, after a stream no more",
                 "[llm][client][timers]") {
  config.timers.first_event = 60ms;
  config.timers.first_event_max = 700ms;
  chat_client client{config};
  const auto waited = [&] {
    model.play({hold()});
    const auto began = steady_clock::now();
    CHECK(ask(client).failure.kind == chat_error::timed_out);
    return steady_clock::now() - began;
  };
  waited();
  CHECK(waited() >= 240ms);
  CHECK(waited() >= 700ms);
  model.play({write(event_stream_head + piece + last_piece)});
  CHECK(ask(client).reply.value().content == "x");
  waited();
  CHECK(waited() < 700ms); // and not the longest that there is
}

TEST_CASE_METHOD(chat_client_fixture, "where an answer came whole though unasked, the next is waited for as one",
                 "[llm][client][timers]") {
  config.timers.first_event = 60ms;
  config.timers.first_event_max = 500ms;
  chat_client client{config};
  model.say_whole({"all of it", "", {}, "", {}});
  CHECK(ask(client).reply.value().content == "all of it");
  model.play({hold()});
  const auto began = steady_clock::now();
  CHECK(ask(client).failure.kind == chat_error::timed_out);
  CHECK(steady_clock::now() - began >= 500ms);
}

TEST_CASE_METHOD(chat_client_fixture, "silence in the middle ends the request, comments or not",
                 "[llm][client][timers]") {
  config.timers.stall = 100ms;
  for (const script& x : {script{write(event_stream_head + piece), hold()},
                          script{write(event_stream_head + piece + "data: {\"cho"), hold()},
                          then_comments({write(event_stream_head + piece)})}) {
    model.play(x);
    const auto began = steady_clock::now();
    const auto out = ask();
    CHECK(out.failure.kind == chat_error::timed_out);
    CHECK(steady_clock::now() - began < 1500ms);
  }
}

TEST_CASE_METHOD(chat_client_fixture, "a slow answer that keeps coming is waited for",
                 "[llm][client][timers]") {
  config.timers.stall = 300ms;
  config.timers.first_event = 300ms;
  script slow{write(event_stream_head)};
  for (int i = 0; i < 8; ++i) {
    slow.push_back(pause(60ms));
    slow.push_back(write(piece));
  }
  slow.push_back(write(last_piece));
  model.play(slow);
  CHECK(ask().reply.value().content == "xxxxxxxx");
}

TEST_CASE_METHOD(chat_client_fixture, "a prompt that is still being read is waited for, however long it is",
                 "[llm][client][timers]") {
  config.timers.first_event = 300ms;
  config.timers.stall = 300ms;
  script slow{write(event_stream_head)};
  for (int i = 1; i <= 8; ++i) {
    slow.push_back(pause(60ms));
    slow.push_back(write(read_so_far(i * 100)));
  }
  slow.push_back(write(piece + last_piece));
  model.play(slow);
  CHECK(ask().reply.value().content == "x");
  CHECK(prefill.size() == 8);
}

TEST_CASE_METHOD(chat_client_fixture, "a prompt that is read no further is not waited for, whatever is sent",
                 "[llm][client][timers]") {
  config.timers.first_event = 150ms;
  config.timers.stall = 150ms;
  script stuck{write(event_stream_head + role_piece)};
  for (int i = 0; i < 100; ++i) {
    stuck.push_back(pause(30ms));
    stuck.push_back(write(read_so_far(300) + ": still here\n\n"));
  }
  model.play(stuck);
  const auto began = steady_clock::now();
  CHECK(ask().failure.kind == chat_error::timed_out);
  CHECK(steady_clock::now() - began < 1500ms);
}

TEST_CASE_METHOD(chat_client_fixture, "a long prompt is waited for before anything is measured",
                 "[llm][client][timers]") {
  config.timers.first_event = 50ms;
  config.timers.prefill_tokens_s = 2'500;
  request.messages[1].content = std::string(4'000, 'x'); // some 1000 tokens
  model.play({write(event_stream_head), pause(300ms), write(piece + last_piece)});
  CHECK(ask().reply.value().content == "x");
}

TEST_CASE_METHOD(chat_client_fixture, "a first piece without a word does not shorten the wait for the first word",
                 "[llm][client][timers]") {
  config.timers.first_event = 2'000ms;
  config.timers.stall = 50ms;
  model.play({write(event_stream_head + role_piece), pause(200ms), write(piece + last_piece)});
  CHECK(ask().reply.value().content == "x");
}

TEST_CASE_METHOD(chat_client_fixture, "the deadline ends an answer that would go on",
                 "[llm][client][timers]") {
  request.deadline = steady_clock::now() + 200ms;
  script endless{write(event_stream_head)};
  for (int i = 0; i < 100; ++i) {
    endless.push_back(write(piece));
    endless.push_back(pause(30ms));
  }
  model.play(endless);
  CHECK(ask().failure.kind == chat_error::timed_out);
  CHECK(steady_clock::now() < request.deadline + 1s);
  CHECK(model.wait_client_left(0));
}

TEST_CASE_METHOD(chat_client_fixture, "a stop closes the connection at once",
                 "[llm][client][timers]") {
  for (const script& x : {script{hold()}, script{write(event_stream_head + piece), hold()}}) {
    const auto n = model.requests().size();
    model.play(x);
    const stop_source mine;
    chat_client client{config};
    steady_clock::time_point stopped;
    std::thread other{[&] {
      model.wait_request(n);
      stopped = steady_clock::now();
      mine.stop();
    }};
    const auto out = client.complete(request, mine.token(), {});
    const auto back = steady_clock::now();
    other.join();
    CHECK(out.failure.kind == chat_error::cancelled);
    CHECK(back - stopped < 200ms);
    const auto left = model.wait_client_left(n);
    REQUIRE(left);
    CHECK(*left - stopped < 500ms);
  }
}

TEST_CASE_METHOD(chat_client_fixture, "after a stop no request is made", "[llm][client][timers]") {
  stop.stop();
  CHECK(ask().failure.kind == chat_error::cancelled);
  CHECK(model.requests().empty());
}

TEST_CASE_METHOD(chat_client_fixture, "several threads share one client", "[llm][client]") {
  chat_client client{config};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    model.say({"fine", "", {{"x", "repo_list", "{}"}}, "", {{10, 5}}});
  std::mutex mutex;
  std::vector<std::string> ids;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto out = client.complete(request, {}, {});
      const std::lock_guard lock{mutex};
      if (out.reply && out.reply->calls.size() == 1)
        ids.push_back(out.reply->calls[0].id);
    });
  for (auto& x : threads)
    x.join();
  std::sort(ids.begin(), ids.end());
  CHECK(ids.size() == 8);
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}
