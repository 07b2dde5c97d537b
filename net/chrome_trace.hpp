#pragma once
// A job's life as a file for trace viewers, Perfetto (ui.perfetto.dev) or chrome://tracing.

#include "actors/domain/job_trace.hpp"
#include "actors/domain/redaction.hpp"

#include <string>
#include <vector>

namespace claw {

/// A process for each node; waits, attempts and the model's turns as complete events, tools, which may overlap, as
/// nestable asynchronous ones, points as instant ones. Times are microseconds since the Unix epoch.
/// @source Trace Event Format, "JSON Object Format"
std::string chrome_trace_json(const std::string& job_id, const std::vector<trace_entry>& entries,
                              const redactor& redact);

} // namespace claw
