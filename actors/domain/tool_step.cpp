// The part of tool_loop that turns the calls of one reply into results: which run, what the others are told, and what
// the results say about the run as a whole.
#include "actors/domain/prompting.hpp"
#include "actors/domain/shorten.hpp"
#include "actors/domain/tool_loop.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t reported_bytes_max = 2'048;
constexpr std::size_t repeated_bytes_max = 1'024;

tool_result untold(std::string sentence) {
  tool_result x;
  x.error = std::move(sentence);
  x.content = "{\"error\":\"" + x.error + "\"}";
  return x;
}

} // namespace

loop_action tool_loop::plan_step(const chat_reply& x, const std::vector<checked_call>& calls,
                                 time_point now) {
  ++steps_;
  ++workers_.back().steps;
  open_.clear();
  cut_ = x.calls_cut;
  chat_message said{message_role::assistant, x.content, {}, ""};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    open_.push_back(open(calls[i], i));
    said.calls.push_back(open_.back().call);
  }
  messages_.push_back(std::move(said));
  run_tools run;
  for (const auto& call : open_)
    if (call.from == origin::ran)
      run.calls.push_back(planned(call, now));
  if (run.calls.empty())
    return settle_step(now);
  return run;
}

tool_loop::open_call tool_loop::open(const checked_call& x, std::size_t position) {
  open_call out;
  out.call = x.call;
  out.shown_arguments = x.call.arguments_json;
  out.call.arguments_json = "{}"; // what goes into the history must be JSON for sure
  const auto reviewed = review(x, setup_.tools, plan_sources_);
  if (reviewed.verdict != call_verdict::run) {
    const bool malformed = reviewed.verdict == call_verdict::malformed;
    out.from = malformed ? origin::malformed : origin::refused;
    out.result = reviewed.result;
    return out;
  }
  out.call.arguments_json = out.shown_arguments = *x.arguments;
  out.key = call_key(x.call.name, *x.arguments);
  const bool is_twin = std::any_of(open_.begin(), open_.end(), [&](const open_call& other) {
    return other.key == out.key && is_repeatable(x.call.name);
  });
  out.from = origin::unheard;
  if (position >= setup_.limits.calls_per_step_max) {
    out.result = untold("too many calls in one answer; ask for the rest in the next one");
  } else if (is_twin) {
    out.result = untold("the same call as another one of this answer; see its result");
  } else if (history_.find(out.key) && is_repeatable(x.call.name)) {
    answer_again(out);
  } else if (calls_ >= setup_.limits.calls_per_job_max) {
    out.result = untold("no more tool calls in this job");
    stop_for(stop_reason::budget);
  } else {
    out.from = origin::ran;
    ++calls_;
  }
  return out;
}

void tool_loop::answer_again(open_call& x) {
  const auto& earlier = *history_.find(x.key);
  x.from = origin::repeated;
  x.failed_before = !earlier.result.ok;
  x.result = earlier.result;
  x.result.content = "You already called this in step " + std::to_string(earlier.first_step)
                     + "; the result is unchanged:\n"
                     + shortened(earlier.result.content, repeated_bytes_max).text;
}

/// A tool may use its own time, but not the time kept for the answer.
planned_call tool_loop::planned(const open_call& x, time_point now) const {
  const auto own = x.call.name == "repo_grep" ? setup_.limits.grep_max : setup_.limits.tool_max;
  const auto latest = std::max(setup_.deadline - reserve(), now + std::chrono::seconds{1});
  return {x.call, std::min(now + own, latest)};
}

std::vector<tool_loop::answered_call> tool_loop::answered() const {
  std::vector<answered_call> out;
  for (const auto& x : open_)
    if (x.from != origin::ran) {
      auto call = x.call;
      call.arguments_json = x.shown_arguments;
      out.push_back({std::move(call), x.result});
    }
  return out;
}

loop_action tool_loop::after_tools(const std::vector<tool_result>& results, time_point now) {
  std::size_t next_result = 0;
  for (auto& x : open_)
    if (x.from == origin::ran) {
      CLAW_ASSERT(next_result < results.size());
      x.result = results[next_result++];
    }
  CLAW_ASSERT(next_result == results.size());
  return settle_step(now);
}

loop_action tool_loop::settle_step(time_point now) {
  bool any_good = false;
  bool any_bad = false;
  bool warn = false;
  for (auto& x : open_) {
    record(x);
    any_good |= x.from == origin::ran && x.result.ok;
    any_bad |= x.from != origin::unheard && !x.result.ok;
    if (x.from == origin::repeated) {
      const auto times = history_.repeated(x.key);
      warn |= times == 3;
      if (times >= setup_.limits.same_call_max)
        stop_for(stop_reason::stuck);
    }
  }
  // The calls of one reply did not see each other's errors, so together they count as one.
  if (any_good)
    bad_replies_ = 0;
  else if (any_bad && ++bad_replies_ >= setup_.limits.bad_replies_max)
    stop_for(stop_reason::policy_refused);
  if (history_.alternates())
    stop_for(stop_reason::stuck);
  if (warn)
    say(prompts::repeated_call);
  if (std::exchange(cut_, false))
    say(prompts::cut_reply);
  return next(now);
}

void tool_loop::record(open_call& x) {
  if (x.from == origin::ran)
    history_.ran(x.key, steps_, x.result);
  if (x.result.ok && (x.from == origin::ran || x.from == origin::repeated))
    note_success();
  else if (x.from != origin::unheard)
    note_trouble(x);
  if (x.result.ok && x.call.name == "plan_echo")
    plan_sources_.push_back(x.result.content);

  auto told = x.result.content.empty() ? x.result.error : x.result.content;
  auto shown = shortened(told, result_bytes_max_);
  if (shown.cut || x.result.truncated)
    ++truncations_;
  const bool from_outside = x.from == origin::ran || x.from == origin::repeated;
  messages_.push_back({message_role::tool,
                       from_outside ? fenced(setup_.fence, x.call.name, shown.text) : shown.text,
                       {},
                       x.call.id});
  reported_.push_back(
      {x.call.name, x.shown_arguments, x.result.ok, shortened(told, reported_bytes_max).text});
}

void tool_loop::note_success() {
  // A success beside the escape is no answer to its refusal: it was asked for at the same time.
  if (escape_.empty() || steps_ == escape_step_)
    return;
  note("A path outside the repository was refused: " + escape_ + ".");
  escape_.clear();
}

void tool_loop::note_trouble(const open_call& x) {
  if (x.result.escaped && x.from == origin::ran) {
    escape_ = x.result.error;
    escape_step_ = steps_;
  }
  if (x.from == origin::malformed && ++malformed_ >= setup_.limits.malformed_per_job_max)
    stop_for(stop_reason::stuck);
  if (x.result.refused && ++refusals_ >= setup_.limits.refusals_per_job_max)
    stop_for(stop_reason::policy_refused);
  if (!x.result.ok && x.from == origin::ran
      && history_.failed(x.call.name, x.result.error) >= setup_.limits.same_error_max)
    stop_for(stop_reason::stuck);
}

} // namespace claw
