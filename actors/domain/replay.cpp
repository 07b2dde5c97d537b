#include "actors/domain/replay.hpp"

#include "actors/domain/shorten.hpp"
#include "actors/domain/tool_loop.hpp"

#include <optional>

namespace claw {

namespace {

constexpr std::size_t words_max = 100;

std::string seconds(std::chrono::milliseconds x) {
  const auto tenths = x.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string names_of(const std::vector<checked_call>& calls) {
  std::string out;
  for (const auto& x : calls)
    out += (out.empty() ? "" : ", ") + x.call.name + " " + one_line(x.call.arguments_json, words_max);
  return out;
}

/// The loop under test, fed line by line.
class rerun {
public:
  /// @returns false when the loop decides otherwise than the line says
  bool take(const run_line& line) {
    now_ = tool_loop::time_point{} + line.at;
    return std::visit([this](const auto& x) { return on(x); }, line.what);
  }

  std::string story;
  std::size_t decisions = 0;

private:
  template <class Action>
  const Action* decided() {
    if (!next_)
      return nullptr;
    ++decisions;
    return std::get_if<Action>(&*next_);
  }

  bool on(const record_begun& x) {
    tool_loop::setup setup;
    setup.task = x.task;
    setup.tools = x.tools;
    setup.limits = x.limits;
    setup.model = x.model;
    setup.worker_id = x.worker_id;
    setup.fence = x.fence;
    setup.deadline = setup.start + x.time_max;
    loop_.emplace(std::move(setup));
    story = "begun by " + x.worker_id + " with " + x.model;
    if (x.resumed) {
      story += " after step " + std::to_string(x.resumed->steps);
      if (!loop_->resume(*x.resumed))
        return false;
    }
    next_ = loop_->begin(now_);
    return true;
  }

  bool on(const record_asked& x) {
    story = "asked the model: " + std::to_string(x.kept + x.added.size()) + " messages, "
            + std::to_string(x.tools) + " tools";
    const auto* ask = decided<ask_model>();
    return ask != nullptr && ask->request.messages.size() == x.kept + x.added.size()
           && ask->request.tools.size() == x.tools
           && ask->request.tools_forbidden == x.tools_forbidden;
  }

  bool on(const record_replied& x) {
    story = x.reply.calls.empty() ? "it said: " + one_line(x.reply.content, words_max)
                                  : "it called: " + names_of(x.checked);
    if (!loop_ || x.checked.size() != x.reply.calls.size())
      return false;
    next_ = loop_->after_reply(x.reply, x.checked, now_);
    return true;
  }

  bool on(const record_failed& x) {
    story = "the request failed: " + one_line(x.failure.why, words_max);
    if (!loop_)
      return false;
    next_ = loop_->after_chat_failure(x.failure, now_, x.random);
    return true;
  }

  bool on(const record_waited&) {
    story = "waited";
    if (decided<wait_for_model>() == nullptr)
      return false;
    next_ = loop_->after_wait(now_);
    return true;
  }

  bool on(const record_ran& x) {
    std::size_t good = 0;
    for (const auto& result : x.results)
      good += result.ok;
    story = "ran " + std::to_string(x.results.size()) + " calls, " + std::to_string(good) + " well";
    const auto* run = decided<run_tools>();
    if (run == nullptr || run->calls.size() != x.results.size())
      return false;
    next_ = loop_->after_tools(x.results, now_);
    return true;
  }

  bool on(const record_ended& x) {
    using how = enum record_ended::how;
    story = x.how == how::finished ? "finished" : x.how == how::failed ? "failed" : "stopped";
    story += x.why.empty() ? "" : ": " + one_line(x.why, words_max);
    if (x.how == how::stopped)
      return loop_.has_value();
    if (x.how == how::failed)
      return decided<fail_run>() != nullptr;
    const auto* finish = decided<finish_run>();
    return finish != nullptr && finish->report.safety_reason == x.why;
  }

  std::optional<tool_loop> loop_;
  std::optional<loop_action> next_;
  tool_loop::time_point now_{};
};

} // namespace

outcome<replayed_run> replay(const std::vector<run_line>& lines) {
  replayed_run out;
  rerun run;
  std::size_t number = 0;
  for (const auto& line : lines) {
    ++number;
    if (!run.take(line))
      return failure{ec::bad_shape, "line " + std::to_string(number)
                                        + " is not what the loop decides: " + run.story};
    out.story.push_back("+" + seconds(line.at) + "  " + run.story);
  }
  out.decisions = run.decisions;
  return out;
}

} // namespace claw
