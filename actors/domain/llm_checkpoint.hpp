#pragma once
// An llm run between two of its steps.

#include "actors/domain/llm_task.hpp"
#include "actors/domain/transcript.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// All that a second attempt needs to go on without running a finished tool call again.
struct llm_checkpoint {
  std::string prompt;                 ///< a checkpoint of another prompt is not used
  std::string fence;                  ///< the delimiter's id, which the messages already contain
  std::vector<chat_message> messages; ///< every call of them is answered
  std::vector<reported_call> calls;   ///< so far
  std::string escape;                 ///< the refusal of a path that left the repo, while nothing succeeded after it
  std::vector<run_worker> workers;    ///< who has taken part so far
  std::vector<std::string> notes;     ///< for the report
  uint32_t steps = 0;
  uint32_t malformed = 0, refusals = 0, truncations = 0;
  uint64_t completion_tokens = 0;

  friend bool operator==(const llm_checkpoint&, const llm_checkpoint&) = default;
};

} // namespace claw
