#pragma once
// What the logs of broker, runners and bots say of jobs: from files in either of their formats (apps/log.hpp), also
// with what journald writes in front.

#include "actors/domain/error.hpp"
#include "actors/domain/job_trace.hpp"
#include "actors/domain/redaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct log_record {
  std::optional<int64_t> at_ms; ///< wall time; none where the line has none that we write
  std::string program;
  std::string event;
  std::string rest;   ///< its other fields, without the job's id
  std::string job_id; ///< "" where the line names none
};

log_record read_log_line(std::string_view line);

/// Calls `take` with every line of a file; longer ones than 64 KiB are cut.
/// Errors: `io_failed` (it cannot be read, or is no plain file)
outcome<done> each_log_line(const std::string& path, const std::function<void(const std::string&)>& take);

/// What a log says of one job, at most 10 000 lines of it. Errors: those of each_log_line
outcome<std::vector<trace_entry>> notes_on_job(const std::string& path, const std::string& job_id,
                                               const redactor& redact);

} // namespace claw
