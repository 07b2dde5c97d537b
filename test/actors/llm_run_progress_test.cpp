#include "test/support/run_fixture.hpp"

#include <poll.h>

#include <algorithm>
#include <thread>

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(run_fixture, "only allowed tools are offered", "[llm_run][actors]") {
  for (const auto* name : {"repo_list", "repo_grep", "plan_echo"})
    tools->tool(name, "x");
  SECTION("all that are allowed when the task does not say") {
    start_task("look");
    settle();
    CHECK(chat->requests().at(0).tools.size() == 2);
  }
  SECTION("those that it names") {
    start_task("tools=repo_grep|look");
    settle();
    REQUIRE(chat->requests().at(0).tools.size() == 1);
    CHECK(chat->requests().at(0).tools[0].name == "repo_grep");
  }
  SECTION("none when it names none") {
    start_task("tools=|look");
    settle();
    CHECK(chat->requests().at(0).tools.empty());
  }
  SECTION("and none beyond: the task is refused") {
    start_task("tools=repo_grep,plan_echo|look");
    settle();
    CHECK(ended().what == run_outcome::kind::failure);
    CHECK(ended().text == "llm_task tools must be subset of LLM_ALLOWED_TOOLS");
    CHECK(chat->requests().empty());
  }
}

TEST_CASE_METHOD(run_fixture, "no secret reaches the model, the events or the result",
                 "[llm_run][actors]") {
  const std::string secret = run_secret;
  tools->tool("repo_grep", "found " + secret);
  chat->then_calls({{"repo_grep", secret}, {"tool-" + secret, "{}"}});
  chat->then([secret](const chat_request&, const stop_token&, const chat_listener& hear) {
    for (const char c : "it is " + secret + "!")
      hear({chat_progress::kind::text, std::string{c}, 0});
    chat_reply x;
    x.content = "it is " + secret + "!";
    return chat_outcome{x, {}};
  });
  start_task("what is the token, is it " + secret + "?");
  settle();
  CHECK(ended().text == "it is ***!||repo_grep+tool-***-");
  for (const auto& x : heard.progress)
    CHECK(x.data_json.find(secret) == std::string::npos);
  for (const auto& request : chat->requests())
    for (const auto& m : request.messages)
      CHECK(m.content.find(secret) == std::string::npos);
  std::string text;
  for (const auto& piece : shown("delta"))
    text += piece;
  CHECK(text == "it is ***!");
}

TEST_CASE_METHOD(run_fixture, "calls are shown as they begin and end, text as it comes",
                 "[llm_run][actors]") {
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}, {"rm_rf", "{}"}});
  chat->then_says("there is demo");
  start_task("look");
  settle();
  CHECK(shown("tool_call") == std::vector<std::string>{"1 rm_rf", "1 repo_list"});
  CHECK(shown("tool_result") == std::vector<std::string>{"1 rm_rf error", "1 repo_list ok"});
  CHECK(shown("delta") == std::vector<std::string>{"there is demo"});
  CHECK(shown("checkpoint").size() == 1);
  CHECK(shown("usage").front() == "100/10");
}

TEST_CASE_METHOD(run_fixture, "text that comes fast is shown twice a second", "[llm_run][actors]") {
  chat->then([this](const chat_request&, const stop_token&, const chat_listener& hear) {
    for (int i = 0; i < 100; ++i) {
      hear({chat_progress::kind::text, "word ", 0});
      pass(20ms);
    }
    chat_reply x;
    x.content = "words";
    return chat_outcome{x, {}};
  });
  start_task("look");
  settle();
  std::string text;
  for (const auto& piece : shown("delta"))
    text += piece;
  CHECK(text.size() == 500);
  CHECK(shown("delta").size() <= 6);
  CHECK(shown("delta").size() >= 4);
}

TEST_CASE_METHOD(run_fixture, "it is shown when a conversation had to be condensed", "[llm_run][actors]") {
  chat->then([](const chat_request&, const stop_token&, const chat_listener& hear) {
    hear({chat_progress::kind::condensed, {}, 0});
    chat_reply x;
    x.content = "an answer";
    return chat_outcome{x, {}};
  });
  start_task("look");
  settle();
  const auto states = shown("status");
  CHECK(std::count(states.begin(), states.end(), "condensed") == 1);
}

TEST_CASE_METHOD(run_fixture, "text of an answer that broke off is taken back",
                 "[llm_run][actors]") {
  chat->then([](const chat_request&, const stop_token&, const chat_listener& hear) {
    hear({chat_progress::kind::text, "half an ans", 0});
    return chat_outcome{std::nullopt, {chat_error::server_fault, "connection closed", {}, {}}};
  });
  chat->then_says("a whole answer");
  start_task("look");
  settle();
  pass(8s);
  CHECK(ended().text == "a whole answer||");
  const auto states = shown("status");
  CHECK(std::count(states.begin(), states.end(), "withdrawn") == 1);
}

TEST_CASE_METHOD(run_fixture, "a second attempt goes on from the checkpoint", "[llm_run][actors]") {
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  chat->then_fails(chat_error::overloaded, "busy");
  start_task("look");
  settle();
  caf::anon_send_exit(claim, caf::exit_reason::user_shutdown); // the runner dies while it waits
  settle();
  REQUIRE(shown("checkpoint").size() == 1);
  job.checkpoint_json = shown("checkpoint")[0];
  chat->then_says("there was demo");
  start_task("look");
  settle();
  CHECK(ended().text == "there was demo||repo_list+");
  CHECK(tools->ran().size() == 1);
}

TEST_CASE("a run can be cancelled at every moment of its life", "[llm_run][actors][cancel]") {
  bool ended_by_itself = false;
  for (int moment = 0; !ended_by_itself; ++moment) {
    INFO("after " << moment << " messages");
    REQUIRE(moment < 200);
    run_fixture f;
    f.tools->tool("repo_list", "demo");
    f.tools->tool("repo_grep", "hit");
    f.chat->then_calls({{"repo_list", "{}"}, {"repo_grep", "{}"}});
    f.chat->then_fails(chat_error::overloaded, "busy");
    f.chat->then_says("done");
    f.start_task("look");
    for (int i = 0; i < moment; ++i)
      f.sched.try_run_once();
    const auto asked = f.chat->wanted_requests();
    f.cancel();
    f.settle();
    REQUIRE(f.heard.outcomes.size() == 1);
    CHECK(f.heard.outcomes[0].what == run_outcome::kind::cancelled);
    CHECK(f.heard.downs.size() == 1);
    f.pass(60s);
    CHECK(f.heard.outcomes.size() == 1);
    // At most the request that was already on its way: none begins after the cancel has been heard.
    CHECK(f.chat->wanted_requests() <= asked + 1);
    ended_by_itself = f.shown("status").size() == 3;
  }
}

TEST_CASE("cancelling a run that blocks for real takes less than a second",
          "[llm_run][actors][cancel]") {
  struct blocking_chat : scripted_chat {
    chat_outcome complete(const chat_request&, const stop_token& stop,
                          const chat_listener&) override {
      started = true;
      pollfd wait{stop.fd(), POLLIN, 0};
      ::poll(&wait, 1, 20'000);
      stopped = stop.stopped();
      return {std::nullopt, {chat_error::cancelled, "stopped", {}, {}}};
    }
    std::atomic<bool> started{false}, stopped{false};
  };
  const auto chat = std::make_shared<blocking_chat>();
  run_fixture values; // for its configuration only
  auto config = std::make_shared<run_config>(*values.config());
  config->model = chat;
  config->detached = true;
  values.job.command = "llm_task";
  values.job.payload = "look";
  caf::actor_system_config cfg;
  cfg.set("scheduler.max-threads", 2u);
  caf::actor_system sys{cfg};
  caf::scoped_actor self{sys};
  const auto run = self->spawn<caf::monitored>(job_run_actor, run_config_ptr{config}, values.job,
                                               self->address());
  while (!chat->started)
    std::this_thread::yield();
  const auto begin = std::chrono::steady_clock::now();
  caf::anon_send(run, run_cancel{"shutting down"});
  bool cancelled = false;
  bool waiting = true;
  self->receive_while(waiting)(
      [&](const run_outcome& x) {
        cancelled = x.what == run_outcome::kind::cancelled;
        waiting = false;
      },
      [](const run_progress&) {});
  CHECK(cancelled);
  while (!chat->stopped)
    std::this_thread::yield();
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
}
