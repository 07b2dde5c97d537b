#pragma once
// Drives a tool_loop by hand: replies and results in, actions out, on a clock that only the test moves.

#include "actors/domain/tool_loop.hpp"
#include "test/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace claw::test {

inline std::vector<tool_spec> specs_of(std::vector<std::string> names) {
  std::vector<tool_spec> out;
  for (auto& name : names)
    out.push_back({std::move(name), "a tool", "{}"});
  return out;
}

inline tool_loop::setup loop_setup(std::string prompt = "what is here?") {
  tool_loop::setup x;
  x.task.prompt = std::move(prompt);
  x.tools = specs_of({"repo_list", "repo_grep", "repo_readfile", "plan_echo", "approve_echo"});
  x.model = "tiny";
  x.worker_id = "w1";
  x.fence = "k3f9a2c7b";
  x.start = tool_loop::time_point{} + std::chrono::hours{1};
  x.deadline = x.start + std::chrono::seconds{300};
  return x;
}

/// A call as a model makes it; `arguments` is what the toolbox makes of them.
inline checked_call call(std::string name, std::string arguments = "{}") {
  return {tool_call{"abcdefghi", std::move(name), arguments, false}, arguments};
}

inline checked_call bad_call(std::string name, ec code, std::string why) {
  return {tool_call{"abcdefghi", std::move(name), "not json", false},
          failure{code, std::move(why)}};
}

inline tool_result good(std::string content) {
  tool_result x;
  x.ok = true;
  x.content = std::move(content);
  return x;
}

inline tool_result bad(std::string sentence) {
  tool_result x;
  x.content = x.error = std::move(sentence);
  return x;
}

inline tool_result escape(std::string sentence = "path outside repo") {
  auto x = bad(std::move(sentence));
  x.refused = x.escaped = true;
  return x;
}

struct loop_driver {
  explicit loop_driver(tool_loop::setup x = loop_setup()) : now(x.start), loop(x) {}

  loop_action begin() { return loop.begin(now); }

  loop_action says(std::string text, chat_finish finish = chat_finish::stop) {
    chat_reply x;
    x.content = std::move(text);
    x.finish = finish;
    return loop.after_reply(x, {}, now);
  }

  loop_action calls(std::vector<checked_call> wanted) {
    chat_reply x;
    x.finish = chat_finish::tool_calls;
    for (const auto& c : wanted)
      x.calls.push_back(c.call);
    return loop.after_reply(x, wanted, now);
  }

  loop_action fails(chat_error kind, std::string why = "it broke") {
    return loop.after_chat_failure({kind, std::move(why), {}, {}}, now, 0);
  }

  loop_action results(std::vector<tool_result> xs) { return loop.after_tools(xs, now); }

  /// One whole step: one call and its result.
  loop_action step(checked_call x, tool_result result) {
    auto action = calls({std::move(x)});
    return std::holds_alternative<run_tools>(action) ? results({std::move(result)}) : action;
  }

  void pass(std::chrono::milliseconds time) { now += time; }

  tool_loop::time_point now;
  tool_loop loop;
};

inline chat_request asked(const loop_action& x) {
  REQUIRE(std::holds_alternative<ask_model>(x));
  return std::get<ask_model>(x).request;
}

inline llm_report finished(const loop_action& x) {
  REQUIRE(std::holds_alternative<finish_run>(x));
  return std::get<finish_run>(x).report;
}

inline failure failed(const loop_action& x) {
  REQUIRE(std::holds_alternative<fail_run>(x));
  return std::get<fail_run>(x).why;
}

inline std::vector<planned_call> run(const loop_action& x) {
  REQUIRE(std::holds_alternative<run_tools>(x));
  return std::get<run_tools>(x).calls;
}

inline bool is_final_request(const loop_action& x) {
  return std::holds_alternative<ask_model>(x) && asked(x).tools.empty()
         && asked(x).messages.back().content.find("No more tool use") != std::string::npos;
}

} // namespace claw::test
