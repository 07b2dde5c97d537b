#include "llm/context_budget.hpp"

#include "actors/domain/shorten.hpp"
#include "llm/result_digest.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace claw {

namespace {

constexpr double ratio_min = 0.5; // beyond these, something else than the tokenizer differs
constexpr double ratio_max = 2.5;
constexpr double per_message = 6;
constexpr double bytes_per_code_token = 3.2;
constexpr double bytes_per_prose_token = 4.0;
constexpr std::size_t short_result_bytes = 512; ///< results are not shortened below it

double estimate_message(const chat_message& x) {
  const auto kind = x.role == message_role::tool ? text_kind::code : text_kind::prose;
  double sum = per_message + estimate_text(x.content, kind);
  for (const auto& call : x.calls)
    sum += per_message + estimate_text(call.name, text_kind::code)
           + estimate_text(call.arguments_json, text_kind::code);
  return sum;
}

/// Where each step (an assistant message with calls) begins.
std::vector<std::size_t> steps_of(const std::vector<chat_message>& messages) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < messages.size(); ++i)
    if (messages[i].role == message_role::assistant && !messages[i].calls.empty())
      out.push_back(i);
  return out;
}

class condenser {
public:
  condenser(const std::vector<chat_message>& messages, double fixed, uint32_t budget, double ratio)
      : messages_(messages), fixed_(fixed), budget_(budget), ratio_(ratio) {}

  condensed_conversation run() {
    if (!fits()) {
      digest_old_results();
      drop_repeats();
    }
    shorten_largest();
    while (!fits() && drop_oldest_step()) {
    }
    condensed_conversation out{messages_, changed_, fits()};
    return out;
  }

private:
  bool fits() const { return (estimate_conversation(messages_) + fixed_) * ratio_ <= budget_; }

  const tool_call* call_of(std::size_t result) const {
    for (std::size_t i = result; i-- > 0;)
      for (const auto& call : messages_[i].calls)
        if (call.id == messages_[result].call_id)
          return &call;
    return nullptr;
  }

  void replace(std::size_t i, std::string text) {
    if (text.size() >= messages_[i].content.size())
      return;
    messages_[i].content = std::move(text);
    changed_ = true;
  }

  /// All of them at once: each change costs the server its prompt cache, so few large changes beat many small ones.
  void digest_old_results() {
    const auto steps = steps_of(messages_);
    if (steps.size() <= 2)
      return;
    for (std::size_t i = 0; i < steps[steps.size() - 2]; ++i)
      if (messages_[i].role == message_role::tool)
        if (const auto* call = call_of(i))
          replace(i, result_digest(*call, messages_[i].content));
  }

  void drop_repeats() {
    std::map<std::string_view, std::size_t> last;
    for (std::size_t i = 0; i < messages_.size(); ++i)
      if (messages_[i].role == message_role::tool)
        last[messages_[i].content] = i;
    std::vector<std::size_t> repeats;
    for (std::size_t i = 0; i < messages_.size(); ++i)
      if (messages_[i].role == message_role::tool && last[messages_[i].content] != i)
        repeats.push_back(i);
    for (const auto i : repeats)
      replace(i, "[the same result again, see below]");
  }

  /// Halves the largest result until all fits or nothing is left to take from.
  void shorten_largest() {
    while (!fits()) {
      std::optional<std::size_t> largest;
      for (std::size_t i = 0; i < messages_.size(); ++i)
        if (messages_[i].role == message_role::tool
            && (!largest || messages_[i].content.size() > messages_[*largest].content.size()))
          largest = i;
      if (!largest || messages_[*largest].content.size() <= short_result_bytes)
        return;
      const auto before = messages_[*largest].content.size();
      replace(*largest, shortened(messages_[*largest].content, std::max(before / 2, short_result_bytes)).text);
      if (messages_[*largest].content.size() == before)
        return;
    }
  }

  bool drop_oldest_step() {
    const auto steps = steps_of(messages_);
    if (steps.size() < 2)
      return false;
    auto end = steps[0] + 1;
    while (messages_[end].role == message_role::tool)
      ++end;
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(steps[0]),
                    messages_.begin() + static_cast<std::ptrdiff_t>(end));
    changed_ = true;
    return true;
  }

  std::vector<chat_message> messages_;
  double fixed_;
  uint32_t budget_;
  double ratio_;
  bool changed_ = false;
};

} // namespace

double estimate_text(std::string_view text, text_kind kind) {
  std::size_t bytes = 0;
  std::size_t wide = 0;
  bool in_wide = false; // U+3000 and above: CJK and emoji; the further bytes of one count nothing
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 || u >= 0xC0)
      in_wide = u >= 0xE3;
    if (!in_wide)
      ++bytes;
    else if (u >= 0xC0)
      ++wide;
  }
  return static_cast<double>(bytes) / (kind == text_kind::code ? bytes_per_code_token : bytes_per_prose_token)
         + static_cast<double>(wide);
}

double estimate_conversation(const std::vector<chat_message>& messages) {
  double sum = 0;
  for (const auto& x : messages)
    sum += estimate_message(x);
  return sum;
}

double estimate_tools(const std::vector<tool_spec>& tools) {
  double sum = 0;
  for (const auto& x : tools)
    sum += per_message + estimate_text(x.name, text_kind::code)
           + estimate_text(x.description, text_kind::code)
           + estimate_text(x.parameters_json, text_kind::code);
  return sum;
}

countable_prompt countable(const std::vector<chat_message>& messages, const std::vector<tool_spec>& tools) {
  countable_prompt out;
  const auto add = [&out](std::string_view words) {
    out.text += words;
    out.text += '\n';
  };
  for (const auto& x : messages) {
    add(x.content);
    for (const auto& call : x.calls)
      add(call.name + " " + call.arguments_json);
    out.around += per_message * static_cast<double>(1 + x.calls.size());
  }
  for (const auto& x : tools)
    add(x.name + " " + x.description + " " + x.parameters_json);
  out.around += per_message * static_cast<double>(tools.size());
  return out;
}

void token_calibration::measured(double estimate, double prompt_tokens) {
  ratio_ = std::clamp(prompt_tokens / std::max(estimate, 1.0), ratio_min, ratio_max);
  learned_ = true;
}

void token_calibration::learn(double estimate, uint64_t prompt_tokens) {
  if (estimate < 1 || prompt_tokens == 0)
    return;
  constexpr double weight = 0.3;
  const double seen = std::clamp(static_cast<double>(prompt_tokens) / estimate, ratio_min, ratio_max);
  ratio_ = learned_ ? ratio_ + weight * (seen - ratio_) : seen;
  learned_ = true;
}

std::optional<uint32_t> truncation_watch::learn(const std::string& conversation, double estimate,
                                                uint64_t prompt_tokens) {
  if (last_.size() >= conversations_max && last_.count(conversation) == 0)
    last_.clear();
  const auto before = std::exchange(last_[conversation], {estimate, prompt_tokens});
  const auto real = static_cast<double>(prompt_tokens);
  const auto grown = estimate - before.estimate;
  const bool stopped_growing = before.prompt_tokens > 0 && grown > 200
                               && grown > 0.15 * before.estimate
                               && real < static_cast<double>(before.prompt_tokens) + 0.2 * grown;
  const bool far_too_small = real * 2.5 < estimate;
  const auto seen = std::max(prompt_tokens, before.prompt_tokens);
  if (seen < least_window || !(stopped_growing || far_too_small))
    return std::nullopt;
  return static_cast<uint32_t>(std::min<uint64_t>(seen, UINT32_MAX));
}

uint32_t clamped_answer_tokens(uint32_t wanted, uint32_t window, uint32_t prompt) {
  constexpr uint32_t least = 16;
  const uint32_t left = window > prompt + 64 ? window - prompt - 64 : 0;
  return std::max(least, std::min({wanted, window / 3, left}));
}

uint32_t input_budget(uint32_t window, uint32_t answer_tokens) {
  const uint32_t taken = std::min(answer_tokens, window / 3) + 256;
  return window > 2 * taken ? window - taken : window / 2;
}

std::size_t result_bytes_budget(uint32_t budget, double ratio) {
  return std::max(short_result_bytes, static_cast<std::size_t>(budget / 4.0 / ratio * bytes_per_code_token));
}

condensed_conversation condense(const std::vector<chat_message>& messages, double fixed,
                                uint32_t budget, double ratio) {
  return condenser{messages, fixed, budget, ratio}.run();
}

} // namespace claw
