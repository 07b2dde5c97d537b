#include "llm/chat_client.hpp"

#include "actors/domain/log_value.hpp"
#include "llm/answer_watch.hpp"
#include "llm/base_url.hpp"
#include "llm/chat_codec.hpp"
#include "llm/context_budget.hpp"
#include "llm/endpoint_probe.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

namespace claw {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What is known of the model; grows with every answer and every error.
struct learned_facts {
  request_shape shape;
  uint32_t window = 0;        ///< 0: not known
  uint32_t answer_tokens = 0; ///< the most that the server takes as max_tokens; 0: not known
  token_calibration calibration;
  double prefill_tokens_s = 0; ///< 0: not measured
  bool asked = false;          ///< GET /models was tried

  uint32_t window_or_guess() const { return window == 0 ? context_tokens_unknown : window; }
};

/// One request as it goes out.
struct request_plan {
  std::string body;
  double estimate = 0; ///< tokens of the prompt before calibration
  uint32_t prompt = 0; ///< after it
};

/// Each mending is tried once in a call.
struct tried_mendings {
  bool stream_options = false, tool_choice = false, text_tools = false, history = false,
       overflow = false, answer_tokens = false;
  uint32_t budget_max = UINT32_MAX; ///< for the prompt, after an overflow
};

bool first_time(bool& tried) {
  return !std::exchange(tried, true);
}

request_plan plan_request(const chat_request& x, const chat_client_config& config,
                          const learned_facts& known, uint32_t budget_max) {
  const uint32_t window = known.window_or_guess();
  uint32_t wanted = std::min(x.answer_tokens_max, config.answer_tokens_max);
  if (known.answer_tokens > 0)
    wanted = std::min(wanted, known.answer_tokens);
  const double ratio = known.calibration.ratio();
  const double tools = estimate_tools(x.tools);
  const auto budget = std::min(input_budget(window, wanted), budget_max);
  auto condensed = condense(x.messages, tools, budget, ratio);
  if (condensed.changed)
    spdlog::info("event=conversation_condensed window={} fits={}", window, condensed.fits);
  const auto messages = sent_messages(condensed.messages, x.tools, known.shape);
  request_plan out;
  out.estimate = estimate_conversation(messages) + (known.shape.text_tools ? 0 : tools);
  out.prompt = static_cast<uint32_t>(std::min(out.estimate * ratio, 4e9));
  out.body = request_body(messages, x.tools, x.tools_forbidden,
                          clamped_answer_tokens(wanted, window, out.prompt), known.shape);
  return out;
}

} // namespace

class chat_client::implementation {
public:
  explicit implementation(chat_client_config config)
      : config_(std::move(config)), base_(normalised_base_url(config_.base_url)),
        next_id_(static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())) {
    known_.shape.model = config_.model;
    known_.shape.temperature = config_.temperature;
    known_.shape.stream = config_.stream;
    known_.window = config_.context_tokens;
  }

  chat_outcome complete(const chat_request& x, const stop_token& stop,
                        const chat_listener& listener) {
    if (!base_)
      return {std::nullopt, {chat_error::bad_request, base_.error().why, {}, {}}};
    const auto deadline = std::min(x.deadline, steady_clock::now() + config_.timers.call_max);
    ask_window(stop, deadline);
    tried_mendings tried;
    request_plan plan;
    chat_failure last;
    while (true) {
      const auto known = facts();
      auto next = plan_request(x, config_, known, tried.budget_max);
      if (next.body == plan.body) // the server would only say the same again
        return failed(std::move(last));
      plan = std::move(next);
      answer_watch watch{x, listener, limits_of(plan, known, deadline)};
      const auto ended = exchange(question_of(plan), stop, watch);
      const auto error = watch.verdict(ended);
      if (!error) {
        auto reply = watch.answer().reply([this] { return new_id(); });
        learn(plan, reply, watch);
        return {std::move(reply), {}};
      }
      last = error->failure;
      if (!mend(*error, x, plan, tried))
        return failed(std::move(last));
    }
  }

  const std::string& model() const { return config_.model; }

private:
  learned_facts facts() {
    const std::lock_guard lock{mutex_};
    return known_;
  }

  http_question question_of(const request_plan& plan) const {
    http_question out;
    out.url = *base_ + "/chat/completions";
    out.json_body = plan.body;
    out.bearer = config_.api_key;
    out.connect = config_.timers.connect;
    out.response_bytes_max = config_.response_bytes_max;
    return out;
  }

  answer_watch::limits limits_of(const request_plan& plan, const learned_facts& known,
                                 answer_watch::time_point deadline) const {
    const auto& t = config_.timers;
    auto first = t.first_event;
    if (known.prefill_tokens_s > 0)
      first = std::max(first, milliseconds{static_cast<int64_t>(3'000.0 * plan.prompt
                                                                / known.prefill_tokens_s)});
    first = std::min(first, t.first_event_max);
    if (!known.shape.stream) // nothing is heard before all is there
      first = t.call_max;
    return {first, t.stall, deadline};
  }

  /// Asks for the model's context once, where nobody told it.
  void ask_window(const stop_token& stop, answer_watch::time_point deadline) {
    constexpr milliseconds limit{3'000};
    if (const auto known = facts(); known.asked || known.window != 0)
      return;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left < 2 * limit)
      return;
    const auto found = probe_endpoint(*base_, config_.api_key, limit, stop);
    if (!found
        && (found.error().code == ec::unreachable || found.error().code == ec::unavailable
            || found.error().code == ec::cancelled))
      return; // it may be up next time
    const std::lock_guard lock{mutex_};
    known_.asked = true;
    if (found)
      known_.window = found->context_tokens(config_.model).value_or(0);
  }

  void learn(const request_plan& plan, const chat_reply& reply, const answer_watch& watch) {
    if (!reply.model.empty() && reply.model != config_.model)
      spdlog::debug("event=other_model_answered asked={} answered={}", config_.model, reply.model);
    if (!reply.usage || reply.usage->prompt_tokens == 0)
      return;
    const auto prompt = reply.usage->prompt_tokens;
    const std::lock_guard lock{mutex_};
    known_.calibration.learn(plan.estimate, prompt);
    const auto whole = prompt + reply.usage->completion_tokens;
    if (known_.window == 0 && whole > context_tokens_unknown)
      known_.window = static_cast<uint32_t>(std::min<uint64_t>(whole, UINT32_MAX));
    if (const auto first = watch.first_event_after(); first && first->count() >= 100) {
      const double rate
          = 1'000.0 * static_cast<double>(prompt) / static_cast<double>(first->count());
      known_.prefill_tokens_s
          = known_.prefill_tokens_s > 0 ? 0.7 * known_.prefill_tokens_s + 0.3 * rate : rate;
    }
  }

  /// Changes what is known so that the next request differs as the error asks for. @returns false when nothing helps.
  bool mend(const endpoint_error& error, const chat_request& x, const request_plan& plan,
            tried_mendings& tried) {
    const std::lock_guard lock{mutex_};
    auto& shape = known_.shape;
    const bool is_400 = error.status == 400 || error.status == 422;
    const auto kind = error.failure.kind;
    if (kind == chat_error::context_overflow)
      return first_time(tried.overflow) && mend_overflow(error, plan, tried);
    if (kind == chat_error::template_error && first_time(tried.history)) {
      shape.quirks = learned_quirks(shape.quirks, error.message);
      spdlog::info("event=template_quirk_learned model={}", config_.model);
      return true;
    }
    if (is_400 && shape.tool_choice && x.tools_forbidden && error.mentions("tool_choice")
        && first_time(tried.tool_choice)) {
      shape.tool_choice = false;
      return true;
    }
    if (kind == chat_error::tools_unsupported && !shape.text_tools
        && first_time(tried.text_tools)) {
      shape.text_tools = true;
      spdlog::warn("event=text_tools_chosen model={} why={}", config_.model, log_value(safe(error.failure.why)));
      return true;
    }
    if (is_400 && shape.stream && shape.stream_options && first_time(tried.stream_options)
        && (error.mentions("stream_options") || error.mentions("include_usage")
            || error.mentions("extra") || error.mentions("unknown")
            || error.mentions("unrecognized"))) {
      shape.stream_options = false;
      return true;
    }
    if (is_400 && error.answer_tokens && first_time(tried.answer_tokens)) {
      known_.answer_tokens = *error.answer_tokens;
      return true;
    }
    return false;
  }

  bool mend_overflow(const endpoint_error& error, const request_plan& plan, tried_mendings& tried) {
    if (error.prompt_tokens)
      known_.calibration.learn(plan.estimate, *error.prompt_tokens);
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
    spdlog::info("event=context_size_learned model={} tokens={}", config_.model, known_.window);
    return true;
  }

  /// No key in any sentence, even where a server echoes it.
  std::string safe(std::string text) const {
    if (config_.api_key.size() >= 4)
      for (auto at = text.find(config_.api_key); at != std::string::npos;
           at = text.find(config_.api_key, at + 3))
        text.replace(at, config_.api_key.size(), "***");
    return text;
  }

  chat_outcome failed(chat_failure why) const {
    why.why = safe(std::move(why.why)) + " [" + endpoint_name(*base_) + "]";
    return {std::nullopt, std::move(why)};
  }

  /// Nine characters, each id once in this program's life.
  std::string new_id() { return call_id_from("call" + std::to_string(next_id_.fetch_add(1))); }

  const chat_client_config config_;
  const outcome<std::string> base_;
  std::atomic<uint64_t> next_id_;
  std::mutex mutex_;
  learned_facts known_;
};

chat_client::chat_client(chat_client_config config)
    : implementation_(std::make_unique<implementation>(std::move(config))) {}

chat_client::~chat_client() = default;

chat_outcome chat_client::complete(const chat_request& x, const stop_token& stop,
                                   const chat_listener& listener) {
  return implementation_->complete(x, stop, listener);
}

std::string chat_client::name() const {
  return implementation_->model();
}

} // namespace claw
