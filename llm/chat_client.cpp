#include "llm/chat_client.hpp"

#include "llm/answer_watch.hpp"
#include "llm/base_url.hpp"
#include "llm/chat_codec.hpp"
#include "llm/context_budget.hpp"
#include "llm/model_knowledge.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace claw {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

request_plan plan_request(const chat_request& x, const chat_client_config& config,
                          const model_facts& known, uint32_t budget_max) {
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
  const bool told_apart = known.shape.mode == tool_mode::native || known.shape.mode == tool_mode::json;
  out.estimate = estimate_conversation(messages) + (told_apart ? tools : 0);
  out.conversation = x.messages.empty() ? "" : x.messages.front().content;
  out.condensed = condensed.changed;
  out.prompt = static_cast<uint32_t>(std::min(out.estimate * ratio, 4e9));
  out.body = request_body(messages, x.tools, x.tools_forbidden,
                          clamped_answer_tokens(wanted, window, out.prompt), known.shape);
  return out;
}

} // namespace

class chat_client::implementation {
public:
  explicit implementation(chat_client_config config)
      : config_(std::move(config)), base_(normalised_base_url(config_.base_url)), known_(config_),
        next_id_(static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())) {
  }

  chat_outcome complete(const chat_request& x, const stop_token& stop,
                        const chat_listener& listener) {
    if (!base_)
      return {std::nullopt, {chat_error::bad_request, base_.error().why, {}, {}}};
    const auto deadline = std::min(x.deadline, steady_clock::now() + config_.timers.call_max);
    known_.ask(x, *base_, stop, deadline);
    known_.measure(x, stop, deadline);
    tried_mendings tried;
    request_plan plan;
    chat_failure last;
    while (true) {
      const auto known = known_.facts();
      auto next = plan_request(x, config_, known, tried.budget_max);
      if (next.body == plan.body) // the server would only say the same again
        return failed(std::move(last));
      plan = std::move(next);
      if (plan.condensed && listener)
        listener({chat_progress::kind::condensed, {}, 0});
      const auto limits = limits_of(plan, known, deadline);
      answer_watch watch{x, listener, limits};
      const auto ended = exchange(question_of(plan), stop, watch);
      const auto error = watch.verdict(ended);
      if (!error) {
        auto reply = watch.answer().reply([this] { return new_id(); });
        known_.learn(x, plan, reply, watch.first_word_after());
        known_.learn_form(watch.came_whole());
        return {std::move(reply), {}};
      }
      last = error->failure;
      if (last.kind == chat_error::loading)
        known_.forget_server();
      if (last.kind == chat_error::timed_out && watch.stayed_silent())
        known_.waited_in_vain(limits.first_event);
      if (!known_.mend(*error, x, plan, tried))
        return failed(std::move(last));
    }
  }

  const std::string& model() const { return config_.model; }

  void endpoint_was_away() { known_.forget_server(); }

private:
  http_question question_of(const request_plan& plan) const {
    http_question out;
    out.url = *base_ + "/chat/completions";
    out.json_body = plan.body;
    out.bearer = config_.api_key;
    out.connect = config_.timers.connect;
    out.response_bytes_max = config_.response_bytes_max;
    return out;
  }

  answer_watch::limits limits_of(const request_plan& plan, const model_facts& known,
                                 answer_watch::time_point deadline) const {
    const auto& t = config_.timers;
    const double rate = known.prefill_tokens_s > 0 ? known.prefill_tokens_s : t.prefill_tokens_s;
    auto first = std::max(t.first_event, milliseconds{static_cast<int64_t>(3'000.0 * plan.prompt / rate)});
    first = std::min(std::max(first, known.first_event_least), t.first_event_max);
    if (!known.shape.stream) // nothing is heard before all is there
      first = t.call_max;
    return {first, t.stall, deadline, known.shape.mode};
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
  model_knowledge known_;
  std::atomic<uint64_t> next_id_;
};

chat_client::chat_client(chat_client_config config)
    : implementation_(std::make_unique<implementation>(std::move(config))) {}

chat_client::~chat_client() = default;

chat_outcome chat_client::complete(const chat_request& x, const stop_token& stop,
                                   const chat_listener& listener) {
  return implementation_->complete(x, stop, listener);
}

void chat_client::endpoint_was_away() {
  implementation_->endpoint_was_away();
}

std::string chat_client::name() const {
  return implementation_->model();
}

} // namespace claw
