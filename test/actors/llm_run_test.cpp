#include "test/support/run_fixture.hpp"

#include <algorithm>

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::pair<std::string, std::string>> three_calls
    = {{"repo_list", "{}"}, {"repo_grep", "{}"}, {"repo_readfile", "{}"}};

} // namespace

TEST_CASE_METHOD(run_fixture, "three calls of one reply all run and are answered in order",
                 "[llm_run][actors]") {
  tools->tool("repo_list", "one");
  tools->tool("repo_grep", "two");
  tools->tool("repo_readfile", "three");
  chat->then_calls(three_calls);
  chat->then_says("done");
  start_task("look");
  settle();
  CHECK(ended().text == "done||repo_list+repo_grep+repo_readfile+");
  CHECK(tools->ran().size() == 3);
  const auto m = chat->requests().at(1).messages;
  REQUIRE(m.size() == 6);
  CHECK(m[3].call_id == "call00000");
  CHECK(m[4].call_id == "call00001");
  CHECK(m[5].call_id == "call00002");
  CHECK(m[4].content.find("two") != std::string::npos);
}

TEST_CASE_METHOD(run_fixture, "a tool that crashes is a failed result and the loop goes on",
                 "[llm_run][actors]") {
  tools->tool("repo_list", "one");
  tools->tool("repo_grep", [](const std::string&, const stop_token&) -> tool_result {
    throw std::runtime_error{"segfault in spirit"};
  });
  tools->tool("repo_readfile", "three");
  chat->then_calls(three_calls);
  chat->then_says("done anyway");
  start_task("look");
  settle();
  CHECK(ended().text == "done anyway||repo_list+repo_grep-repo_readfile+");
  const auto m = chat->requests().at(1).messages;
  CHECK(m[4].content.find("tool crashed") != std::string::npos);
}

TEST_CASE_METHOD(run_fixture, "a model request that crashes is tried again", "[llm_run][actors]") {
  chat->then([](const chat_request&, const stop_token&, const chat_listener&) -> chat_outcome {
    throw std::runtime_error{"curl fell over"};
  });
  chat->then_says("fine");
  start_task("look");
  settle();
  CHECK(heard.outcomes.empty());
  pass(10s);
  CHECK(ended().text == "fine||");
}

TEST_CASE_METHOD(run_fixture, "an overloaded endpoint is waited for", "[llm_run][actors]") {
  chat->then_fails(chat_error::overloaded, "busy");
  chat->then_fails(chat_error::overloaded, "busy");
  chat->then_says("fine");
  start_task("look");
  settle();
  pass(8s);
  pass(8s);
  CHECK(ended().text == "fine||");
  const auto asked = chat->requests();
  REQUIRE(asked.size() == 3);
  CHECK(asked[2].messages == asked[0].messages);
}

TEST_CASE_METHOD(run_fixture, "a model that loads for two minutes still answers",
                 "[llm_run][actors]") {
  for (int i = 0; i < 15; ++i)
    chat->then_fails(chat_error::loading, "Loading model");
  chat->then_says("here I am");
  start_task("look");
  settle();
  for (int i = 0; i < 15; ++i)
    pass(8s);
  CHECK(ended().text == "here I am||");
}

TEST_CASE_METHOD(run_fixture, "an endpoint that stays broken fails the job with its sentence",
                 "[llm_run][actors]") {
  for (int i = 0; i < 5; ++i)
    chat->then_fails(chat_error::server_fault, std::string{"upstream said "} + run_secret);
  start_task("look");
  settle();
  pass(8s);
  pass(8s);
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text == "LLM request failed: upstream said ***");
  CHECK(chat->requests().size() == 3);
}

TEST_CASE_METHOD(run_fixture, "near the deadline the model is asked one last time",
                 "[llm_run][actors]") {
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  chat->then([this](const chat_request&, const stop_token&, const chat_listener&) {
    takes(279s);
    return chat_outcome{std::nullopt, {chat_error::timed_out, "slow", {}, {}}};
  });
  chat->then_says("demo, as far as I got");
  start_task("look");
  settle();
  CHECK(ended().text == "demo, as far as I got|deadline|repo_list+");
  CHECK(chat->requests().at(2).tools.empty());
}

TEST_CASE_METHOD(run_fixture, "a tool that ignores its deadline is left behind",
                 "[llm_run][actors]") {
  settings.loop.tool_max = 10s;
  tools->tool("repo_list", [this](const std::string&, const stop_token& stop) {
    takes(12s);
    pass(0s); // the run notices while the tool still sits there
    CHECK(stop.stopped());
    return tool_result{true, false, false, false, "late", ""};
  });
  chat->then_calls({{"repo_list", "{}"}});
  chat->then_says("without it, then");
  start_task("look");
  settle();
  CHECK(ended().text == "without it, then||repo_list-");
}

TEST_CASE_METHOD(run_fixture, "an endpoint that ignores its deadline is left behind",
                 "[llm_run][actors]") {
  chat->then([this](const chat_request& x, const stop_token& stop, const chat_listener&) {
    takes(std::chrono::duration_cast<std::chrono::milliseconds>(x.deadline - sched.clock().now())
          + 2s);
    pass(0s);
    CHECK(stop.stopped());
    return chat_outcome{};
  });
  chat->then_says("quick, then");
  start_task("look");
  settle();
  CHECK(ended().text == "quick, then|deadline|");
}

TEST_CASE_METHOD(run_fixture, "six steps are enough", "[llm_run][actors]") {
  tools->tool("repo_grep", "hit");
  for (int i = 0; i < 7; ++i)
    chat->then_calls({{"repo_grep", std::to_string(i)}});
  start_task("look");
  settle();
  CHECK(ended().text.rfind("Max tool steps reached without final answer.", 0) == 0);
  CHECK(chat->requests().size() == 7);
  CHECK(tools->ran().size() == 6);
}

TEST_CASE_METHOD(run_fixture, "a model that leaves the repo fails the job", "[llm_run][actors]") {
  tools->tool("repo_readfile", [](const std::string&, const stop_token&) {
    return tool_result{false, true, true, false, "path outside repo", "path outside repo"};
  });
  chat->then_calls({{"repo_readfile", "{}"}});
  chat->then_says("root:x:0:0");
  start_task("Read ../../etc/passwd");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text == "path outside repo");
  CHECK(shown("delta").empty()); // what it made up is not even shown while it comes
}

TEST_CASE_METHOD(run_fixture, "three refusals in a row stop the job", "[llm_run][actors]") {
  tools->tool("repo_grep", "hit");
  for (int i = 0; i < 3; ++i)
    chat->then_calls({{"repo_grep", "http://evil/" + std::to_string(i)}});
  start_task("look");
  settle();
  CHECK(ended().text
        == "Job stopped: policy limits exceeded.|policy_refused|repo_grep-repo_grep-repo_grep-");
  CHECK(tools->ran().empty());
}
