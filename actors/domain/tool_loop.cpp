#include "actors/domain/tool_loop.hpp"

#include "actors/domain/condensing.hpp"
#include "actors/domain/prompting.hpp"
#include "actors/domain/run_summary.hpp"
#include "actors/domain/shorten.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view policy_text = "Job stopped: policy limits exceeded.";
constexpr std::size_t condensed_bytes = 2'048;
constexpr std::size_t condensed_again_bytes = 400;

milliseconds whole_ms(tool_loop::time_point::duration x) {
  return std::chrono::duration_cast<milliseconds>(x);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The first sentence of an answer that we had to make ourselves.
std::string_view missing_answer(stop_reason why) {
  switch (why) {
  case stop_reason::deadline:
    return "Time ran out before a final answer.";
  case stop_reason::policy_refused:
    return policy_text;
  case stop_reason::stuck:
    return "The model repeated itself without a final answer.";
  case stop_reason::max_steps:
    return "Max tool steps reached without final answer.";
  case stop_reason::budget:
    return "All tool calls were used without a final answer.";
  case stop_reason::none:
    return "The model gave no final answer.";
  }
  return {};
}

} // namespace

std::string_view to_string(stop_reason x) {
  switch (x) {
  case stop_reason::deadline:
    return "deadline";
  case stop_reason::policy_refused:
    return "policy_refused";
  case stop_reason::stuck:
    return "stuck";
  case stop_reason::max_steps:
    return "max_steps";
  case stop_reason::budget:
    return "budget";
  case stop_reason::none:
    return "";
  }
  return {};
}

tool_loop::tool_loop(setup x) : setup_(std::move(x)), result_bytes_max_(setup_.limits.result_bytes_max) {
  if (const auto asked = setup_.task.max_steps)
    setup_.limits.steps_max = std::min(*asked, setup_.limits.steps_max);
  messages_.push_back(
      {message_role::system, system_prompt(setup_.fence, !setup_.tools.empty()), {}, ""});
  messages_.push_back({message_role::user, user_prompt(setup_.task), {}, ""});
  plan_sources_.push_back(setup_.task.prompt);
  workers_.push_back({setup_.worker_id, setup_.model, 0});
}

bool tool_loop::resume(const llm_checkpoint& x) {
  if (x.prompt != setup_.task.prompt || x.messages.size() < messages_.size())
    return false;
  setup_.fence = x.fence;
  messages_ = x.messages;
  reported_ = x.calls;
  steps_ = x.steps;
  escape_ = x.escape;
  escape_step_ = x.steps;
  completion_tokens_ = x.completion_tokens;
  malformed_ = x.malformed;
  refusals_ = x.refusals;
  truncations_ = x.truncations;
  notes_ = x.notes;
  join(x.workers);
  calls_ = static_cast<uint32_t>(x.calls.size());
  for (const auto& call : x.calls) {
    tool_result result;
    result.ok = call.ok;
    result.content = call.output;
    history_.ran(call_key(call.name, call.arguments_json), steps_, result);
    if (call.ok && call.name == "plan_echo")
      plan_sources_.push_back(call.output);
  }
  note("An earlier attempt was interrupted; this one went on after step " + std::to_string(steps_)
       + ".");
  return true;
}

/// A worker that comes back with the model that it had goes on as the one that it was.
void tool_loop::join(std::vector<run_worker> earlier) {
  const auto me = workers_.back();
  workers_ = std::move(earlier);
  const bool same = !workers_.empty() && workers_.back().worker_id == me.worker_id
                    && workers_.back().model == me.model;
  if (!same)
    workers_.push_back(me);
}

llm_checkpoint tool_loop::checkpoint() const {
  llm_checkpoint x;
  x.prompt = setup_.task.prompt;
  x.fence = setup_.fence;
  x.messages = messages_;
  x.calls = reported_;
  x.escape = escape_;
  x.workers = workers_;
  x.notes = notes_;
  x.steps = steps_;
  x.malformed = malformed_;
  x.refusals = refusals_;
  x.truncations = truncations_;
  x.completion_tokens = completion_tokens_;
  return x;
}

// -- events -------------------------------------------------------------------------------------------

loop_action tool_loop::begin(time_point now) {
  return next(now);
}

loop_action tool_loop::after_wait(time_point now) {
  return next(now);
}

loop_action tool_loop::after_reply(const chat_reply& x, const std::vector<checked_call>& calls,
                                   time_point now) {
  CLAW_ASSERT(calls.size() == x.calls.size());
  longest_request_ = std::max(longest_request_, whole_ms(now - asked_at_));
  retries_.answered();
  last_failure_.clear();
  overflows_ = 0;
  if (!setup_.tools.empty() && !x.mode.empty())
    tool_mode_ = x.mode;
  if (x.seen_tokens) {
    ++truncations_;
    note("The endpoint left out the older part of the conversation without saying so; it saw "
         + std::to_string(*x.seen_tokens)
         + " tokens. Give the model a larger context (Ollama: OLLAMA_CONTEXT_LENGTH).");
  }
  if (x.result_bytes_max > 0)
    result_bytes_max_ = std::min(x.result_bytes_max, setup_.limits.result_bytes_max);
  if (x.usage) {
    prompt_tokens_ = x.usage->prompt_tokens;
    completion_tokens_ += x.usage->completion_tokens;
  }
  if (x.calls.empty() || is_final()) // a call in the last reply is cut out, not run
    return after_text(x, now);
  return plan_step(x, calls, now);
}

loop_action tool_loop::after_text(const chat_reply& x, time_point now) {
  if (is_blank(x.content))
    return is_final() ? unanswered("", now) : after_empty(x, now);
  if (x.calls_cut && !is_final()) {
    messages_.push_back({message_role::assistant, x.content, {}, ""});
    return after_empty(x, now);
  }
  if (x.finish == chat_finish::length) {
    ++truncations_;
    note("The answer was cut at the model's token limit.");
  }
  auto answer = shortened(x.content, setup_.limits.answer_bytes_max);
  if (answer.cut) {
    ++truncations_;
    note("The answer was too long to be passed on; its middle is missing.");
  }
  return finish(std::move(answer.text), now);
}

loop_action tool_loop::after_empty(const chat_reply& x, time_point now) {
  if (x.calls_cut) {
    say(prompts::cut_reply);
    if (++malformed_ >= setup_.limits.malformed_per_job_max)
      stop_for(stop_reason::stuck);
    return next(now);
  }
  const bool only_thoughts = x.finish == chat_finish::length && !x.reasoning.empty();
  if (only_thoughts && !std::exchange(more_tokens_, true)) {
    setup_.limits.answer_tokens_max *= 2;
    return next(now);
  }
  if (++empty_replies_ >= setup_.limits.empty_replies_max) {
    note("The model answered with nothing, twice.");
    stop_for(stop_reason::stuck);
  } else {
    say(prompts::empty_reply);
  }
  return next(now);
}

loop_action tool_loop::after_chat_failure(const chat_failure& x, time_point now, uint64_t random) {
  last_failure_ = x.why;
  longest_request_ = std::max(longest_request_, whole_ms(now - asked_at_));
  if (x.kind == chat_error::context_overflow)
    return after_overflow(x, now);
  const bool wants_tools_named = x.kind == chat_error::template_error
                                 || x.kind == chat_error::bad_request
                                 || x.kind == chat_error::tools_unsupported;
  if (is_final() && wants_tools_named && !setup_.tools.empty()
      && !std::exchange(tools_forbidden_, true))
    return next(now);
  const auto wait = retries_.after(x, random);
  const auto until = is_final() ? setup_.deadline : setup_.deadline - reserve();
  if (wait && now + *wait < until)
    return wait_for_model{*wait, x.why};
  if (is_final())
    return unanswered(x.why, now);
  if (wait || now >= until) { // there is no time to try that again, but still some for an answer
    stop_for(stop_reason::deadline);
    return next(now);
  }
  if (!escape_.empty())
    return fail_run{{ec::tool_refused, escape_}};
  return fail_run{{ec::model_failed, "LLM request failed: " + x.why}};
}

loop_action tool_loop::after_overflow(const chat_failure& x, time_point now) {
  const bool shorter
      = condense(messages_, overflows_ == 0 ? condensed_bytes : condensed_again_bytes);
  ++truncations_;
  if (++overflows_ == 1 && shorter)
    return next(now);
  if (is_final() || (!shorter && reported_.empty()))
    return unanswered(x.why, now);
  condense(messages_, condensed_again_bytes);
  stop_for(stop_reason::budget);
  return next(now);
}

// -- what next -----------------------------------------------------------------------------------------

loop_action tool_loop::next(time_point now) {
  if (reason_ == stop_reason::policy_refused)
    return finish(std::string{policy_text}, now);
  if (now >= setup_.deadline) {
    stop_for(stop_reason::deadline);
    return unanswered(last_failure_, now);
  }
  if (is_final())
    return ask(now);
  if (now + reserve() >= setup_.deadline)
    stop_for(stop_reason::deadline);
  if (steps_ >= setup_.limits.steps_max)
    stop_for(stop_reason::max_steps);
  if (reason_ == stop_reason::none)
    return ask(now);
  if (!escape_.empty()) // its answer would not be used
    return fail_run{{ec::tool_refused, escape_}};
  final_asked_ = true;
  say(prompts::answer_now);
  return ask(now);
}

loop_action tool_loop::ask(time_point now) {
  chat_request x;
  if (!is_final() || tools_forbidden_)
    x.tools = setup_.tools;
  x.tools_forbidden = is_final() && tools_forbidden_;
  x.answer_tokens_max = setup_.limits.answer_tokens_max;
  x.messages = messages_;
  x.deadline = is_final() ? setup_.deadline
                          : std::min(now + setup_.limits.request_max, setup_.deadline - reserve());
  asked_at_ = now;
  return ask_model{std::move(x)};
}

loop_action tool_loop::unanswered(std::string_view why, time_point now) {
  if (!escape_.empty())
    return fail_run{{ec::tool_refused, escape_}};
  if (reported_.empty() && !why.empty())
    return fail_run{{ec::model_failed, "LLM request failed: " + std::string{why}}};
  if (reported_.empty() && reason_ == stop_reason::deadline)
    return fail_run{{ec::timed_out, "the model did not answer within the job's time"}};
  if (!why.empty())
    note("The last request to the model failed: " + std::string{why});
  const bool said_nothing = empty_replies_ >= setup_.limits.empty_replies_max;
  std::string text{said_nothing ? std::string_view{"The model answered with nothing."} : missing_answer(reason_)};
  text += "\n\n" + run_summary(setup_.task.prompt, reported_);
  auto action = finish(std::move(text), now);
  std::get<finish_run>(action).report.max_steps_reached = reason_ == stop_reason::max_steps;
  return action;
}

loop_action tool_loop::finish(std::string text, time_point now) {
  if (!escape_.empty())
    return fail_run{{ec::tool_refused, escape_}};
  llm_report x;
  x.final_text = std::move(text);
  x.calls = reported_;
  x.model = setup_.model;
  x.worker_id = setup_.worker_id;
  x.workers = workers_;
  x.tool_mode = tool_mode_;
  x.safety_reason = to_string(reason_);
  x.truncations = truncations_;
  x.refusals = refusals_;
  x.notes = notes_;
  x.steps = steps_;
  x.prompt_tokens = prompt_tokens_;
  x.completion_tokens = completion_tokens_;
  x.duration = whole_ms(now - setup_.start);
  return finish_run{std::move(x)};
}

/// The reason with which the last request was made stays.
void tool_loop::stop_for(stop_reason why) {
  if (!is_final())
    reason_ = std::min(reason_, why);
}

/// Two user messages in a row are refused by some chat templates: a second one joins the first.
void tool_loop::say(std::string_view text) {
  if (messages_.back().role != message_role::user)
    messages_.push_back({message_role::user, std::string{text}, {}, ""});
  else
    messages_.back().content += "\n\n" + std::string{text};
}

void tool_loop::note(std::string text) {
  if (std::find(notes_.begin(), notes_.end(), text) == notes_.end())
    notes_.push_back(std::move(text));
}

/// The time kept back for the last request.
milliseconds tool_loop::reserve() const {
  const auto wanted
      = std::max<milliseconds>(setup_.limits.answer_reserve_min, longest_request_ * 3 / 2);
  return std::min(wanted, whole_ms(setup_.deadline - setup_.start) / 2);
}

} // namespace claw
