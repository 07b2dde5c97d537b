#pragma once
// The text form of an llm run between two steps: one JSON object with a version, so that a newer runner can tell what
// it reads. The broker keeps it as it is.

#include "actors/ports/checkpoint_codec.hpp"

namespace claw {

class json_checkpoint_codec final : public checkpoint_codec {
public:
  std::string render(const llm_checkpoint& x) const override;
  outcome<llm_checkpoint> parse(const std::string& text) const override;
};

} // namespace claw
