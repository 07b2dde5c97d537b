#pragma once
// Inspection as JSON. A question: {"ask": "tree" | "actor" | "events", "actor": id, "after": number}. What an answer
// holds stands in docs/OPERATIONS.md, "Look inside".

#include "actors/domain/redaction.hpp"
#include "actors/ports/inspection_codec.hpp"

namespace claw {

class json_inspection_codec final : public inspection_codec {
public:
  /// @param redact takes the program's own secrets out of every text
  explicit json_inspection_codec(redactor redact) : redact_(std::move(redact)) {}

  outcome<inspection_question> question(std::string_view text) const override;
  std::string answer(const inspection_question& asked, const inspection_answer& x) const override;
  std::string refusal(const failure& why) const override;

private:
  redactor redact_;
};

/// The other direction, for who asks.
std::string inspection_question_text(const inspection_question& x);

} // namespace claw
