#include "test/support/loop_driver.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

TEST_CASE("a model that answers at once is done after one request", "[tool_loop]") {
  loop_driver d;
  const auto first = d.begin();
  REQUIRE(asked(first).messages.size() == 2);
  CHECK(asked(first).messages[0].role == message_role::system);
  CHECK(asked(first).messages[1].content == "what is here?");
  CHECK(asked(first).tools.size() == 5);
  const auto last = d.says("nothing");
  CHECK(finished(last).final_text == "nothing");
  CHECK(finished(last).safety_reason.empty());
  CHECK(finished(last).steps == 0);
  CHECK(finished(last).model == "tiny");
  CHECK(finished(last).worker_id == "w1");
}

TEST_CASE("every call of a reply is answered, in call order", "[tool_loop]") {
  loop_driver d;
  d.begin();
  auto a = call("repo_list");
  auto b = call("repo_grep", R"({"query":"x"})");
  auto c = call("repo_readfile", R"({"path":"y"})");
  a.call.id = "aaaaaaaaa";
  b.call.id = "bbbbbbbbb";
  c.call.id = "ccccccccc";
  REQUIRE(run(d.calls({a, b, c})).size() == 3);
  const auto next = d.results({good("one"), bad("two"), good("three")});
  const auto& m = asked(next).messages;
  REQUIRE(m.size() == 6);
  CHECK(m[2].calls.size() == 3);
  CHECK(m[3].call_id == "aaaaaaaaa");
  CHECK(m[4].call_id == "bbbbbbbbb");
  CHECK(m[5].call_id == "ccccccccc");
  CHECK(
      m[3].content
      == "<tool_output id=\"k3f9a2c7b\" tool=\"repo_list\">\none\n</tool_output id=\"k3f9a2c7b\">");
  CHECK(m[4].content.find("two") != std::string::npos);
  const auto report = finished(d.says("done"));
  REQUIRE(report.calls.size() == 3);
  CHECK(report.calls[0].ok);
  CHECK_FALSE(report.calls[1].ok);
  CHECK(report.calls[2].output == "three");
}

TEST_CASE("the earlier messages of a run never change from step to step", "[tool_loop]") {
  loop_driver d;
  auto before = asked(d.begin()).messages;
  for (int i = 0; i < 4; ++i) {
    const auto after = asked(d.step(call("repo_grep", std::to_string(i)), good("hit"))).messages;
    REQUIRE(after.size() > before.size());
    CHECK(std::equal(before.begin(), before.end(), after.begin()));
    before = after;
  }
}

TEST_CASE("at the step limit the model gets one last request without tools", "[tool_loop]") {
  loop_driver d;
  d.begin();
  for (int i = 0; i < 5; ++i)
    CHECK_FALSE(asked(d.step(call("repo_grep", std::to_string(i)), good("hit"))).tools.empty());
  const auto last = d.step(call("repo_grep", "5"), good("hit"));
  CHECK(is_final_request(last));
  SECTION("and its answer counts") {
    const auto report = finished(d.says("so it is"));
    CHECK(report.final_text == "so it is");
    CHECK(report.safety_reason == "max_steps");
    CHECK_FALSE(report.max_steps_reached);
    CHECK(report.steps == 6);
  }
  SECTION("and a call in it is not run") {
    const auto report = finished(d.calls({call("repo_list")}));
    CHECK(report.final_text.rfind("Max tool steps reached without final answer.", 0) == 0);
    CHECK(report.max_steps_reached);
    CHECK(report.calls.size() == 6);
  }
  SECTION("and where it brings nothing, what was found is summed up") {
    const auto report = finished(d.says("  "));
    CHECK(report.final_text.rfind(
              "Max tool steps reached without final answer.\n\nQuestion: what is here?", 0)
          == 0);
    CHECK(report.final_text.find("1. repo_grep") != std::string::npos);
    CHECK(report.final_text.find("hit") != std::string::npos);
  }
  SECTION("and an endpoint that wants the tools named gets them, forbidden") {
    const auto again = d.fails(chat_error::template_error);
    CHECK(asked(again).tools.size() == 5);
    CHECK(asked(again).tools_forbidden);
    CHECK(finished(d.fails(chat_error::template_error)).max_steps_reached);
  }
}

TEST_CASE("a task may ask for fewer steps, not for more", "[tool_loop]") {
  struct row {
    uint32_t asked, granted;
  };
  for (const auto x : {row{1, 1}, row{2, 2}, row{100, 6}}) {
    auto setup = loop_setup();
    setup.task.max_steps = x.asked;
    loop_driver d{setup};
    d.begin();
    uint32_t steps = 0;
    for (bool going = true; going; ++steps)
      going = !is_final_request(d.step(call("repo_grep", std::to_string(steps)), good("hit")));
    CHECK(steps == x.granted);
  }
}

TEST_CASE("the fifth call of one reply is told to come again, none is lost", "[tool_loop]") {
  loop_driver d;
  d.begin();
  std::vector<checked_call> many;
  for (int i = 0; i < 50; ++i)
    many.push_back(call("repo_grep", std::to_string(i)));
  REQUIRE(run(d.calls(many)).size() == 4);
  const auto next = d.results({good("a"), good("b"), good("c"), good("d")});
  CHECK(asked(next).messages.size() == 3 + 50);
  CHECK(asked(next).messages.back().content.find("too many calls") != std::string::npos);
}

TEST_CASE("after sixteen calls the job's calls are used up", "[tool_loop]") {
  loop_driver d;
  d.begin();
  int made = 0;
  for (int step = 0; step < 4; ++step) {
    std::vector<checked_call> four;
    for (int i = 0; i < 4; ++i)
      four.push_back(call("repo_grep", std::to_string(made++)));
    REQUIRE(run(d.calls(four)).size() == 4);
    d.results({good("a"), good("b"), good("c"), good("d")});
  }
  CHECK(is_final_request(d.calls({call("repo_grep", "more")})));
  CHECK(finished(d.says("enough")).safety_reason == "budget");
}

TEST_CASE("a result is cut to what the model's context has room for", "[tool_loop]") {
  loop_driver d;
  d.begin();
  chat_reply small;
  small.finish = chat_finish::tool_calls;
  small.calls = {call("repo_list").call};
  small.result_bytes_max = 600;
  d.loop.after_reply(small, {call("repo_list")}, d.now);
  const auto next = asked(d.results({good(std::string(5'000, 'x'))}));
  CHECK(next.messages.back().content.size() < 600 + 200); // and the fence around it
  small.calls = {call("repo_grep").call};
  small.result_bytes_max = 1'000'000; // ours holds all the same
  d.loop.after_reply(small, {call("repo_grep")}, d.now);
  CHECK(asked(d.results({good(std::string(50'000, 'y'))})).messages.back().content.size() < 8'192 + 200);
}

TEST_CASE("a job without tools offers none and answers", "[tool_loop]") {
  auto setup = loop_setup();
  setup.tools.clear();
  loop_driver d{setup};
  CHECK(asked(d.begin()).tools.empty());
  CHECK(finished(d.says("yes")).final_text == "yes");
}

TEST_CASE("a run goes on from its checkpoint without running a call again", "[tool_loop]") {
  loop_driver first;
  first.begin();
  const auto expected
      = asked(first.step(call("repo_grep", R"({"query":"x"})"), good("hit"))).messages;
  auto setup = loop_setup();
  setup.fence = "zzzzzzzzz";
  loop_driver second{setup};
  REQUIRE(second.loop.resume(first.loop.checkpoint()));
  CHECK(asked(second.begin()).messages == expected);
  const auto next = second.calls({call("repo_grep", R"({"query":"x"})")});
  CHECK(asked(next).messages.back().content.find("already called this") != std::string::npos);
  const auto report = finished(second.says("so"));
  CHECK(report.steps == 2);
  CHECK(report.calls.size() == 2);

  loop_driver other{loop_setup("something else")};
  CHECK_FALSE(other.loop.resume(first.loop.checkpoint()));
}
