#pragma once
// The JSON of llm_task jobs: the port `task_codec` on nlohmann/json. Unchanging, so thread-safe.

#include "actors/domain/redaction.hpp"
#include "actors/ports/task_codec.hpp"

#include <string>
#include <vector>

namespace claw {

class json_task_codec final : public task_codec {
public:
  /// @param allowed_tools LLM_ALLOWED_TOOLS: a payload that names any other tool is refused.
  /// @param rules for arguments of tool calls, in which escapes can hide what a text's redaction looks for
  explicit json_task_codec(std::vector<std::string> allowed_tools, redactor rules = redactor{});

  outcome<llm_task> parse(const std::string& payload) const override;
  std::string render(const llm_report& x) const override;
  std::string redacted(const std::string& result) const override;
  std::string tool_started(const tool_call& call, uint32_t step) const override;
  std::string tool_ended(const tool_call& call, uint32_t step, const tool_result& result,
                         std::chrono::milliseconds took) const override;
  std::string status(const std::string& what, const std::string& why) const override;
  std::string text_delta(const std::string& text) const override;
  std::string usage(uint64_t prompt_tokens, uint64_t completion_tokens) const override;
  std::string events(const std::vector<event>& x) const override;

private:
  std::vector<std::string> allowed_tools_;
  redactor rules_;
};

} // namespace claw
