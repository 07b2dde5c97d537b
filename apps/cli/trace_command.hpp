#pragma once
// `openclaw trace JOB`: a job's whole life as a time line, from the broker's events and whatever logs of broker,
// runners and bots are at hand.

#include "actors/domain/job_trace.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace claw {

/// What is to be traced, and where it goes.
struct trace_task {
  std::string job_id;
  std::vector<std::string> logs; ///< files to look into besides
  std::string chrome_file;       ///< for a trace viewer; "": none is written
};

struct traced_job {
  remote_job job;
  std::string why; ///< why it waits, or where it runs; "" once it has ended
  std::vector<trace_entry> entries;
};

/// From the first to the last that is there now. Errors: those of `events`; `bad_reply`
outcome<std::vector<remote_event>> all_events(producer_api& broker, const std::string& id);

std::vector<trace_entry> trace_of(const std::vector<remote_event>& events, const redactor& redact);

/// All that the broker knows. Errors: those of `find` and `events`
outcome<traced_job> trace_job(producer_api& broker, const std::string& id, const redactor& redact);

/// Errors: those of trace_job; `bad_config` (the Chrome file is there already), `io_failed`
outcome<done> run_trace(const trace_task& task, bool json, producer_api& broker, const redactor& redact,
                        std::ostream& out);

} // namespace claw
