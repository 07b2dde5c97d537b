#pragma once
// The lines of a transcript as JSON objects: `type`, `job_id`, `at_ms`, ..., redacted as a whole. Implements the port.

#include "actors/domain/redaction.hpp"
#include "actors/ports/transcript_store.hpp"

namespace claw {

class json_transcript_codec final : public transcript_codec {
public:
  explicit json_transcript_codec(redactor rules) : rules_(std::move(rules)) {}

  std::string render(const run_line& x) const override;
  outcome<run_line> parse(const std::string& text) const override;

private:
  redactor rules_;
};

} // namespace claw
