#pragma once
// Codecs whose texts a test can read at a glance. The payload of a task is its prompt; `tools=a,b|prompt` narrows.

#include "actors/domain/redaction.hpp"
#include "actors/ports/checkpoint_codec.hpp"
#include "actors/ports/task_codec.hpp"

#include <map>
#include <mutex>

namespace claw::test {

class plain_task_codec : public task_codec {
public:
  outcome<llm_task> parse(const std::string& payload) const override {
    if (payload.empty())
      return failure{ec::bad_shape, "llm_task payload must include prompt"};
    llm_task x;
    x.prompt = payload;
    if (payload.rfind("tools=", 0) == 0) {
      const auto bar = payload.find('|');
      x.prompt = payload.substr(bar + 1);
      x.tools.emplace();
      std::string names = payload.substr(6, bar - 6);
      while (!names.empty()) {
        const auto comma = names.find(',');
        x.tools->push_back(names.substr(0, comma));
        names = comma == std::string::npos ? "" : names.substr(comma + 1);
      }
    }
    return x;
  }

  std::string render(const llm_report& x) const override {
    std::string out = x.final_text + "|" + x.safety_reason + "|";
    for (const auto& call : x.calls)
      out += call.name + (call.ok ? "+" : "-");
    return out;
  }

  std::string redacted(const std::string& result) const override { return rules.whole(result); }

  redactor rules;

  std::string tool_started(const tool_call& call, uint32_t step) const override {
    return std::to_string(step) + ' ' + call.name;
  }
  std::string tool_ended(const tool_call& call, uint32_t step, const tool_result& result,
                         std::chrono::milliseconds) const override {
    return std::to_string(step) + ' ' + call.name + (result.ok ? " ok" : " error");
  }
  std::string status(const std::string& what, const std::string&) const override { return what; }
  std::string text_delta(const std::string& text) const override { return text; }
  std::string usage(uint64_t prompt, uint64_t completion) const override {
    return std::to_string(prompt) + '/' + std::to_string(completion);
  }
  std::string events(const std::vector<event>& x) const override {
    std::string out;
    for (const auto& e : x)
      out += e.type + ':' + e.data_json + '\n';
    return out;
  }
};

/// Keeps the checkpoints it has rendered and hands out their numbers.
class remembering_checkpoint_codec : public checkpoint_codec {
public:
  std::string render(const llm_checkpoint& x) const override {
    std::lock_guard lock{mutex_};
    kept_.push_back(x);
    return std::to_string(kept_.size() - 1);
  }

  outcome<llm_checkpoint> parse(const std::string& text) const override {
    std::lock_guard lock{mutex_};
    const auto i = static_cast<std::size_t>(std::stoul(text));
    if (i >= kept_.size())
      return failure{ec::bad_shape, "no such checkpoint"};
    return kept_[i];
  }

private:
  mutable std::mutex mutex_;
  mutable std::vector<llm_checkpoint> kept_;
};

} // namespace claw::test
