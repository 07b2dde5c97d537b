#pragma once
// Where a runner writes down what happens in its llm runs, for people who want to know why. `llm/transcript_codec`
// makes the lines, `apps/transcript_files` keeps them.

#include "actors/domain/error.hpp"
#include "actors/domain/run_record.hpp"

#include <string>

namespace claw {

class transcript_codec {
public:
  virtual ~transcript_codec() = default;

  /// @returns one JSON object without line ends, redacted.
  virtual std::string render(const run_line& x) const = 0;

  /// Errors: `bad_shape` for anything that `render` did not make.
  virtual outcome<run_line> parse(const std::string& text) const = 0;
};

/// Calls block (they wait for the disk); one owner.
class transcript_store {
public:
  virtual ~transcript_store() = default;

  /// Appends a line to the transcript of a job. Errors: `io_failed`.
  virtual outcome<done> append(const std::string& job_id, const std::string& line_json) = 0;
};

} // namespace claw
