#pragma once
// The JSON that the runner's actors need but may not read or write themselves. `llm/task_codec` implements it.

#include "actors/domain/error.hpp"
#include "actors/domain/llm_task.hpp"

#include <string>

namespace claw {

class task_codec {
public:
  virtual ~task_codec() = default;

  /// Errors (`bad_shape`): `llm_task payload must be valid JSON`, `llm_task payload must include prompt`, ...
  virtual outcome<llm_task> parse(const std::string& payload) const = 0;

  /// The result of the job, as JSON text.
  virtual std::string render(const llm_report& x) const = 0;

  /// The result of any job as it may leave: of JSON text each string is redacted for what it means, since a line break
  /// that is written as `\n` would put a letter in front of a secret.
  virtual std::string redacted(const std::string& result) const = 0;

  // -- the `data` objects of progress events ---------------------------------------------------
  virtual std::string tool_started(const tool_call& call, uint32_t step) const = 0;
  virtual std::string tool_ended(const tool_call& call, uint32_t step, const tool_result& result,
                                 std::chrono::milliseconds took) const = 0;
  virtual std::string status(const std::string& what, const std::string& why) const = 0;
  virtual std::string text_delta(const std::string& text) const = 0;
  virtual std::string usage(uint64_t prompt_tokens, uint64_t completion_tokens) const = 0;

  /// `[{"type": ..., "data": ...}, ...]` for worker_api::post_events.
  struct event {
    std::string type;
    std::string data_json;
  };
  virtual std::string events(const std::vector<event>& x) const = 0;
};

} // namespace claw
