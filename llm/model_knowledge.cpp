#include "llm/model_knowledge.hpp"

#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// So often may a model slip before its tool mode is lowered: once is an accident.
constexpr uint32_t slips_max = 2;

/// After silence, the next answer is waited for so many times as long: 1, 4 and 10 minutes.
constexpr int patience_growth = 4;

bool first_time(bool& tried) {
  return !std::exchange(tried, true);
}

/// The answer begins a call that nobody could read.
bool holds_broken_call(const chat_reply& x) {
  return x.calls.empty() && (x.calls_cut || x.content.find("<tool_call") != std::string::npos);
}

} // namespace

model_knowledge::model_knowledge(const chat_client_config& config) : config_(config) {
  known_.shape.model = config.model;
  known_.shape.temperature = config.temperature;
  known_.shape.stream = config.stream;
  known_.shape.mode = config.mode.value_or(tool_mode::native);
  known_.window = config.context_tokens;
}

model_facts model_knowledge::facts() const {
  const std::lock_guard lock{mutex_};
  return known_;
}

namespace {

/// How long a question beside the conversation may take; none when there is no time for it.
std::optional<milliseconds> side_question_time(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  const auto limit = std::min(left / 3, milliseconds{3'000});
  return limit < milliseconds{500} ? std::nullopt : std::optional{limit};
}

bool begins_conversation(const chat_request& x) {
  return std::none_of(x.messages.begin(), x.messages.end(),
                      [](const chat_message& m) { return m.role == message_role::assistant; });
}

} // namespace

void model_knowledge::ask(const chat_request& x, const std::string& base_url, const stop_token& stop,
                          time_point deadline) {
  {
    const std::lock_guard lock{mutex_};
    const bool is_old = steady_clock::now() - asked_at_ >= config_.timers.ask_again;
    if (asked_ && !(is_old && begins_conversation(x)))
      return;
  }
  const auto limit = side_question_time(deadline);
  if (!limit)
    return;
  const auto found = probe_endpoint(base_url, config_.api_key, *limit, stop);
  if (!found
      && (found.error().code == ec::unreachable || found.error().code == ec::unavailable
          || found.error().code == ec::cancelled))
    return; // it may be up next time
  server_traits traits;
  if (found && found->is_llama_cpp)
    if (auto told = probe_traits(base_url, config_.api_key, *limit, stop))
      traits = *told;
  const std::lock_guard lock{mutex_};
  learn_server(found, traits);
}

void model_knowledge::learn_server(const outcome<endpoint_facts>& found, const server_traits& traits) {
  if (asked_)
    try_refused_again();
  const auto told_before = server_ ? server_->context_tokens(config_.model) : std::nullopt;
  const auto told = found ? found->context_tokens(config_.model) : std::nullopt;
  // What an overflow has taught counts more than what is only told again.
  if (told && config_.context_tokens == 0 && (known_.window == 0 || told != told_before))
    known_.window = *told;
  asked_ = true;
  asked_at_ = steady_clock::now();
  server_ = found ? std::optional{*found} : std::nullopt;
  known_.shape.prefill_progress = found && found->is_llama_cpp;
  if (traits.knows_tools == false && known_.shape.mode == tool_mode::native) {
    lower_to(tool_mode::text, "the model's chat template knows no tools");
    mode_refused_ = true;
  }
  spdlog::info("event=model_probed model={} context_tokens={} tool_mode={}", log_value(config_.model), known_.window,
               to_string(known_.shape.mode));
}

void model_knowledge::forget_server() {
  const std::lock_guard lock{mutex_};
  asked_ = false;
  server_.reset();
  known_.first_event_least = milliseconds{0};
  if (std::exchange(window_was_cut_, false))
    known_.window = config_.context_tokens;
  try_refused_again();
}

void model_knowledge::try_refused_again() {
  known_.shape.stream_options = true;
  known_.shape.tool_choice = true;
  known_.answer_tokens = 0;
  has_tokenizer_ = true;
  if (std::exchange(mode_refused_, false))
    known_.shape.mode = tool_mode::native;
}

void model_knowledge::measure(const chat_request& x, const stop_token& stop, time_point deadline) {
  constexpr double near = 0.85;
  const double estimate = estimate_conversation(x.messages) + estimate_tools(x.tools);
  std::optional<endpoint_facts> server;
  {
    const std::lock_guard lock{mutex_};
    const auto budget = input_budget(known_.window, std::min(x.answer_tokens_max, config_.answer_tokens_max));
    if (has_tokenizer_ && known_.window > 0 && estimate * known_.calibration.ratio() >= near * budget)
      server = server_;
  }
  const auto limit = side_question_time(deadline);
  if (!server || !limit)
    return;
  const auto prompt = countable(x.messages, x.tools);
  const auto count = probe_token_count(*server, config_.api_key, config_.model, prompt.text, *limit, stop);
  const std::lock_guard lock{mutex_};
  if (count)
    known_.calibration.measured(estimate, static_cast<double>(*count) + prompt.around);
  else if (count.error().code == ec::bad_reply || count.error().code == ec::timed_out)
    has_tokenizer_ = false;
}

void model_knowledge::learn(const chat_request& x, const request_plan& plan, chat_reply& reply,
                            std::optional<milliseconds> first_word) {
  if (!reply.model.empty() && reply.model != config_.model)
    spdlog::debug("event=other_model_answered asked={} answered={}", log_value(config_.model),
                  log_value(reply.model));
  const std::lock_guard lock{mutex_};
  learn_mode(x, reply);
  const auto budget = input_budget(known_.window_or_guess(), std::min(x.answer_tokens_max, config_.answer_tokens_max));
  reply.result_bytes_max = result_bytes_budget(budget, known_.calibration.ratio());
  if (!reply.usage || reply.usage->prompt_tokens == 0)
    return;
  const auto prompt = reply.usage->prompt_tokens;
  if (const auto seen = truncation_.learn(plan.conversation, plan.estimate, prompt)) {
    reply.seen_tokens = prompt;
    window_was_cut_ = true;
    if (config_.context_tokens == 0)
      known_.window = *seen;
    spdlog::warn("event=prompt_truncated_silently model={} seen_tokens={} estimated_tokens={}",
                 log_value(config_.model), prompt, plan.prompt);
    return; // what it left out says nothing about sizes
  }
  known_.calibration.learn(plan.estimate, prompt);
  const auto whole = prompt + reply.usage->completion_tokens;
  if (known_.window == 0 && whole > context_tokens_unknown)
    known_.window = static_cast<uint32_t>(std::min<uint64_t>(whole, UINT32_MAX));
  if (first_word && first_word->count() >= 100) {
    const double rate
        = 1'000.0 * static_cast<double>(prompt) / static_cast<double>(first_word->count());
    known_.prefill_tokens_s
        = known_.prefill_tokens_s > 0 ? 0.7 * known_.prefill_tokens_s + 0.3 * rate : rate;
  }
}

void model_knowledge::learn_form(bool whole) {
  const std::lock_guard lock{mutex_};
  known_.first_event_least = whole ? config_.timers.first_event_max : milliseconds{0};
}

void model_knowledge::waited_in_vain(milliseconds time) {
  const std::lock_guard lock{mutex_};
  known_.first_event_least = std::min(time * patience_growth, config_.timers.first_event_max);
}

void model_knowledge::learn_mode(const chat_request& x, const chat_reply& reply) {
  if (x.tools.empty() || x.tools_forbidden || config_.mode)
    return;
  const auto mode = known_.shape.mode;
  const bool from_text = !reply.calls.empty() && reply.calls.front().from_text;
  if (mode == tool_mode::native && from_text && ++text_hits_ >= slips_max)
    lower_to(tool_mode::text, "its calls come as text");
  else if (mode == tool_mode::text && holds_broken_call(reply) && ++bad_texts_ >= slips_max)
    lower_to(tool_mode::json, "its calls in text cannot be read");
  else if (mode == tool_mode::json && reply.step_unreadable && ++bad_steps_ >= slips_max)
    lower_to(tool_mode::prompt, "the server ignores response_format");
}

void model_knowledge::lower_to(tool_mode mode, const std::string& why) {
  known_.shape.mode = mode;
  spdlog::warn("event=tool_mode_lowered model={} mode={} why={}", log_value(config_.model),
               to_string(mode), log_value(why));
}

bool model_knowledge::mend(const endpoint_error& error, const chat_request& x,
                           const request_plan& plan, tried_mendings& tried) {
  const std::lock_guard lock{mutex_};
  auto& shape = known_.shape;
  const bool is_400 = error.status == 400 || error.status == 422;
  const auto kind = error.failure.kind;
  if (kind == chat_error::context_overflow)
    return first_time(tried.overflow) && mend_overflow(error, plan, tried);
  if (kind == chat_error::template_error && first_time(tried.history)) {
    shape.quirks = learned_quirks(shape.quirks, error.message);
    spdlog::info("event=template_quirk_learned model={}", log_value(config_.model));
    return true;
  }
  if (is_400 && shape.tool_choice && x.tools_forbidden && error.mentions("tool_choice")
      && first_time(tried.tool_choice)) {
    shape.tool_choice = false;
    return true;
  }
  if (is_400 && shape.mode == tool_mode::json
      && (error.mentions("response_format") || error.mentions("json_schema")
          || error.mentions("schema") || error.mentions("grammar"))) {
    lower_to(tool_mode::prompt, "the server takes no response_format");
    return true;
  }
  if (kind == chat_error::tools_unsupported && shape.mode == tool_mode::native
      && first_time(tried.tool_mode)) {
    lower_to(tool_mode::text, "the server refuses tools: " + error.failure.why);
    mode_refused_ = true;
    return true;
  }
  if (is_400 && shape.prefill_progress && error.mentions("return_progress")
      && first_time(tried.progress)) {
    shape.prefill_progress = false;
    return true;
  }
  if (is_400 && shape.stream && shape.stream_options && first_time(tried.stream_options)
      && (error.mentions("stream_options") || error.mentions("include_usage")
          || error.mentions("extra") || error.mentions("unknown")
          || error.mentions("unrecognized"))) {
    shape.stream_options = false;
    shape.prefill_progress = false;
    return true;
  }
  if (is_400 && error.answer_tokens && first_time(tried.answer_tokens)) {
    known_.answer_tokens = *error.answer_tokens;
    return true;
  }
  return false;
}

bool model_knowledge::mend_overflow(const endpoint_error& error, const request_plan& plan,
                                    tried_mendings& tried) {
  if (error.prompt_tokens)
    known_.calibration.learn(plan.estimate, *error.prompt_tokens);
  window_was_cut_ = true;
  const double size = plan.estimate * known_.calibration.ratio();
  if (error.failure.context_tokens)
    known_.window = *error.failure.context_tokens;
  else
    known_.window
        = std::max(512u, std::min(known_.window_or_guess(), static_cast<uint32_t>(size * 0.75)));
  // A size that the server gave in other words than ours may be wrong: the next prompt is smaller
  // in any case, unless only the answer was too much for what the prompt left.
  const bool answer_was_too_much = size + 64 < known_.window;
  if (!answer_was_too_much)
    tried.budget_max = static_cast<uint32_t>(size * 0.9);
  spdlog::info("event=context_size_learned model={} tokens={}", log_value(config_.model),
               known_.window);
  return true;
}

} // namespace claw
