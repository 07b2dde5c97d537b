#include "test/support/loop_driver.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

TEST_CASE("a request leaves the reserve for the last one", "[tool_loop][time]") {
  loop_driver d;
  CHECK(asked(d.begin()).deadline == d.now + 280s);
  d.pass(100s); // one and a half times this is what the last request may take too
  const auto next = d.step(call("repo_list"), good("demo"));
  CHECK(asked(next).deadline == d.now + 50s);
}

TEST_CASE("when only the reserve is left the model must answer", "[tool_loop][time]") {
  loop_driver d;
  d.begin();
  d.calls({call("repo_list")});
  d.pass(281s);
  const auto last = d.results({good("demo")});
  CHECK(is_final_request(last));
  CHECK(asked(last).deadline == d.now + 19s);
  CHECK(finished(d.says("demo it is")).safety_reason == "deadline");
}

TEST_CASE("a request that times out at the reserve is followed by the last one",
          "[tool_loop][time]") {
  loop_driver d;
  d.begin();
  d.step(call("repo_list"), good("demo"));
  d.pass(280s);
  CHECK(is_final_request(d.fails(chat_error::timed_out)));
  d.pass(20s);
  const auto report = finished(d.fails(chat_error::timed_out));
  CHECK(report.final_text.rfind("Time ran out before a final answer.", 0) == 0);
  CHECK(report.final_text.find("demo") != std::string::npos);
  CHECK_FALSE(report.max_steps_reached);
}

TEST_CASE("a job without any result at its deadline is a failure", "[tool_loop][time]") {
  loop_driver d;
  d.begin();
  d.pass(300s);
  CHECK(failed(d.fails(chat_error::timed_out, "no answer")).why == "LLM request failed: no answer");
}

TEST_CASE("a short job keeps half of its time at most", "[tool_loop][time]") {
  auto setup = loop_setup();
  setup.deadline = setup.start + 10s;
  loop_driver d{setup};
  CHECK(asked(d.begin()).deadline == setup.start + 5s);
}

TEST_CASE("tools have their own time and leave the reserve", "[tool_loop][time]") {
  loop_driver d;
  d.begin();
  const auto first = d.calls({call("repo_list"), call("repo_grep")});
  CHECK(run(first)[0].deadline == d.now + 10s);
  CHECK(run(first)[1].deadline == d.now + 20s);
  d.pass(275s);
  d.results({good("a"), good("b")});
  const auto second = d.calls({call("repo_grep", "2")});
  CHECK(run(second)[0].deadline == d.now + 5s);
}

TEST_CASE("passing trouble is waited out, a few times", "[tool_loop][retry]") {
  for (const auto kind :
       {chat_error::overloaded, chat_error::server_fault, chat_error::timed_out}) {
    loop_driver d;
    d.begin();
    for (int i = 0; i < 2; ++i) {
      const auto pause = d.fails(kind);
      REQUIRE(std::holds_alternative<wait_for_model>(pause));
      CHECK(std::get<wait_for_model>(pause).wait >= 500ms);
      CHECK(std::holds_alternative<ask_model>(d.loop.after_wait(d.now)));
    }
    CHECK(failed(d.fails(kind)).code == ec::model_failed);
  }
}

TEST_CASE("lasting trouble ends the job at once, with its sentence", "[tool_loop][retry]") {
  for (const auto kind : {chat_error::auth, chat_error::bad_request, chat_error::model_missing,
                          chat_error::tools_unsupported, chat_error::template_error}) {
    loop_driver d;
    d.begin();
    CHECK(failed(d.fails(kind, "set the flag X")).why == "LLM request failed: set the flag X");
  }
}

TEST_CASE("an overflow condenses once, then answers with what there is", "[tool_loop][context]") {
  loop_driver d;
  d.begin();
  const auto before = asked(d.step(call("repo_grep"), good(std::string(8'000, 'x')))).messages;
  const auto smaller
      = d.loop.after_chat_failure({chat_error::context_overflow, "too long", {}, 8'192}, d.now, 0);
  REQUIRE(asked(smaller).messages.size() == before.size());
  CHECK(asked(smaller).messages[3].content.size() < before[3].content.size() / 2);
  const auto last = d.fails(chat_error::context_overflow);
  CHECK(is_final_request(last));
  CHECK(finished(d.fails(chat_error::context_overflow)).safety_reason == "budget");
}

TEST_CASE("a prompt that does not fit at all is a failure, not a loop", "[tool_loop][context]") {
  loop_driver d;
  d.begin();
  CHECK(failed(d.fails(chat_error::context_overflow, "8000 tokens are too many")).code
        == ec::model_failed);
}

TEST_CASE("an empty reply is asked again once", "[tool_loop][empty]") {
  loop_driver d;
  d.begin();
  d.step(call("repo_list"), good("demo"));
  const auto again = d.says("");
  CHECK(asked(again).messages.back().role == message_role::user);
  CHECK_FALSE(asked(again).tools.empty());
  CHECK(is_final_request(d.says(" \n")));
  const auto text = finished(d.says("")).final_text;
  CHECK(text.find("The model answered with nothing.") == 0);
  CHECK(text.find("repo_list") != std::string::npos);
}

TEST_CASE("two user messages never stand side by side", "[tool_loop][empty]") {
  loop_driver d;
  d.begin();
  const auto again = d.says("");
  REQUIRE(asked(again).messages.size() == 2);
  CHECK(asked(again).messages[1].content.rfind("what is here?\n\n", 0) == 0);
}

TEST_CASE("thinking that eats the whole answer gets more room, once", "[tool_loop][empty]") {
  loop_driver d;
  d.begin();
  chat_reply x;
  x.finish = chat_finish::length;
  x.reasoning = "hm";
  CHECK(asked(d.loop.after_reply(x, {}, d.now)).answer_tokens_max == 8'192);
  CHECK(asked(d.loop.after_reply(x, {}, d.now)).answer_tokens_max == 8'192);
}

TEST_CASE("an answer that was cut says so", "[tool_loop]") {
  loop_driver d;
  d.begin();
  const auto report = finished(d.says("it is", chat_finish::length));
  CHECK(report.truncations == 1);
  CHECK(report.notes.size() == 1);
}

TEST_CASE("an answer without end is passed on in part, and says so", "[tool_loop]") {
  loop_driver d;
  d.begin();
  const auto report = finished(d.says(std::string(5'000'000, 'x')));
  CHECK(report.final_text.size() <= 524'288);
  CHECK(report.truncations == 1);
  CHECK(report.notes.size() == 1);
}

TEST_CASE("a call that was cut is asked for again", "[tool_loop]") {
  loop_driver d;
  d.begin();
  chat_reply x;
  x.content = "let me look";
  x.calls_cut = true;
  x.finish = chat_finish::length;
  const auto again = d.loop.after_reply(x, {}, d.now);
  CHECK(asked(again).messages.back().content.find("cut off") != std::string::npos);
  CHECK(asked(again).messages[2].role == message_role::assistant);
}
