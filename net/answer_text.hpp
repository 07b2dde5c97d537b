#pragma once
// A job as text for people: what a result says, what a failure says. Everything passes through redaction here; the
// JSON of results is untrusted and may have any shape.

#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace claw {

/// Where the text is shown: a chat gets code blocks, a terminal the bare lines.
enum class text_style : uint8_t { chat, terminal };

struct answer_text {
  std::string
      text; ///< what was asked for, or `Job failed: <error>`; without a line break at the end
  std::string footer; ///< llm_task: model, worker, steps, tool calls, seconds; "" elsewhere
  bool failed = false;
};

/// @pre the job has ended
/// @param bytes_max of a longer text the beginning is told, and how much is missing: redacting megabytes takes a while.
/// A result of more than eight times as much is not read at all, but told as the text that it is.
answer_text answer_of(const remote_job& job, const redactor& redact, text_style style,
                      std::size_t bytes_max = std::string::npos);

/// One line on a job in any state: `running on laptop, attempt 1`.
std::string state_line(const remote_job& job, const redactor& redact);

/// The job with all wire keys, every text in it redacted, as one JSON document. An llm_task's or repo command's result
/// stays the JSON text that it is on the wire; `answer` and `footer` carry the text for people once the job has ended.
std::string job_document_json(const remote_job& job, const redactor& redact);

} // namespace claw
