#pragma once
// The text form of an llm run between two steps, which the broker keeps for the next attempt. `llm/checkpoint_codec`
// implements it.

#include "actors/domain/error.hpp"
#include "actors/domain/llm_checkpoint.hpp"

#include <string>

namespace claw {

class checkpoint_codec {
public:
  virtual ~checkpoint_codec() = default;

  /// @returns a JSON object.
  virtual std::string render(const llm_checkpoint& x) const = 0;

  /// Errors: `bad_shape` for anything that `render` did not make.
  virtual outcome<llm_checkpoint> parse(const std::string& text) const = 0;
};

} // namespace claw
