#pragma once
// A job's life for people and for scripts. Pure functions; what came from elsewhere is redacted, and
// for a terminal freed of control characters.

#include "actors/domain/job_trace.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"

#include <optional>
#include <string>
#include <vector>

namespace claw {

/// Nothing for a type that this version does not know.
std::optional<told_event> told(const remote_event& event, const redactor& redact);

/// @param why it is as it is, in a sentence; "" where there is nothing to say
/// @returns a head on the job, then a line for each entry: seconds since it was created, how long it took, where, what.
std::string trace_text(const remote_job& job, const std::string& why, const std::vector<trace_entry>& entries,
                       const redactor& redact);

/// `{"job": {...}, "entries": [{"kind", "from_ms", "until_ms", "node", "name", "detail", "failed"}]}`, without the
/// job's payload and result
std::string trace_json(const remote_job& job, const std::string& why, const std::vector<trace_entry>& entries,
                       const redactor& redact);

} // namespace claw
