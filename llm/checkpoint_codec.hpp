#pragma once
// The text form of an llm run between two steps: one JSON object with a version, so that a newer runner can tell what
// it reads. The broker keeps it as it is.

#include "actors/domain/redaction.hpp"
#include "actors/ports/checkpoint_codec.hpp"

#include <utility>

namespace claw {

class json_checkpoint_codec final : public checkpoint_codec {
public:
  /// @param rules for arguments of tool calls, in which escapes can hide what a text's redaction looks for
  explicit json_checkpoint_codec(redactor rules = redactor{}) : rules_(std::move(rules)) {}

  std::string render(const llm_checkpoint& x) const override;
  outcome<llm_checkpoint> parse(const std::string& text) const override;

private:
  redactor rules_;
};

} // namespace claw
