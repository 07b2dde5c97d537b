#pragma once
// The text form of an llm run between two steps, which the broker keeps for the next attempt.
// `llm/checkpoint_codec` implements it.

#include "actors/domain/error.hpp"
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
  uint32_t steps = 0;
  uint64_t completion_tokens = 0;

  friend bool operator==(const llm_checkpoint&, const llm_checkpoint&) = default;
};

class checkpoint_codec {
public:
  virtual ~checkpoint_codec() = default;

  /// @returns a JSON object.
  virtual std::string render(const llm_checkpoint& x) const = 0;

  /// Errors: `bad_shape` for anything that `render` did not make.
  virtual outcome<llm_checkpoint> parse(const std::string& text) const = 0;
};

} // namespace claw
