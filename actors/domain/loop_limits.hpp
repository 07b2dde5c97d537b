#pragma once
// The bounds of one tool loop, each with its unit. The first group is the operator's, the rest is ours.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace claw {

struct loop_limits {
  uint32_t steps_max = 6;               ///< LLM_TOOL_LOOP_MAX_STEPS; a step is one reply that contains calls
  uint32_t answer_tokens_max = 4'096;   ///< LLM_MAX_TOKENS
  /// Of one tool result as the model sees it; LLM_MAX_OUTPUT_BYTES can lower it, and so does a small context.
  std::size_t result_bytes_max = 8'192;

  std::size_t answer_bytes_max = 524'288; ///< of the final answer; also as JSON it fits into a report to the broker

  uint32_t calls_per_step_max = 4;
  uint32_t calls_per_job_max = 16;
  uint32_t bad_replies_max = 3; ///< replies in a row of whose calls none succeeded
  uint32_t refusals_per_job_max = 8;
  uint32_t malformed_per_job_max = 5;
  uint32_t same_call_max = 4; ///< at the fourth time the loop is stuck
  uint32_t same_error_max = 3;
  uint32_t empty_replies_max = 2;

  std::chrono::seconds answer_reserve_min{20}; ///< kept back for the final call; at most half of the job's time
  std::chrono::seconds request_max{600};       ///< one model request
  std::chrono::seconds tool_max{10};
  std::chrono::seconds grep_max{20};
};

} // namespace claw
