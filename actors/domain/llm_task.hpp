#pragma once
// An `llm_task` job: what is asked, and what comes out. The JSON of both is made in llm/task_codec.

#include "actors/domain/transcript.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// The payload of an llm_task.
struct llm_task {
  std::string prompt;
  std::optional<std::vector<std::string>> tools; ///< none: all that LLM_ALLOWED_TOOLS allows
  std::string context_repo;                      ///< default for `repo`, "" for none
  std::string context_path_hint;
  std::optional<uint32_t> max_steps;
  std::string preferred; ///< `llm:vllm`, ... for the record only
};

/// One tool call as the result reports it.
struct reported_call {
  std::string name;
  std::string arguments_json;
  bool ok = false;
  std::string output; ///< shortened

  friend bool operator==(const reported_call&, const reported_call&) = default;
};

/// Who took part in a run, in the order of the attempts: after a crash another worker may have gone on.
struct run_worker {
  std::string worker_id;
  std::string model;
  uint32_t steps = 0; ///< that it completed

  friend bool operator==(const run_worker&, const run_worker&) = default;
};

/// The result of an llm_task.
struct llm_report {
  std::string final_text;
  std::vector<reported_call> calls;
  std::string model;
  std::string worker_id;
  std::vector<run_worker> workers; ///< the last one gave the answer
  std::string tool_mode;           ///< how the model was told of tools: native, text, json, prompt; "" without tools
  std::string safety_reason;       ///< "" when it simply finished; policy_refused, stuck, deadline, ...
  bool max_steps_reached = false;
  uint32_t truncations = 0;
  uint32_t refusals = 0;
  std::vector<std::string> notes;  ///< plain sentences for people: a refused path, a withdrawn text, ...
  uint32_t steps = 0;
  uint64_t prompt_tokens = 0;      ///< of the last request
  uint64_t completion_tokens = 0;  ///< summed over all requests
  std::chrono::milliseconds duration{0};
};

} // namespace claw
