#pragma once
// The life of a job as a time line: when it waited, who had it, what the model and the tools took. Made from the job's
// events. Their times are the broker's, which hears of progress up to half a second late; how long a tool took its
// runner says.

#include "actors/domain/job_event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// An event, with what its data say in words.
struct told_event {
  job_event what;
  std::string name;               ///< tool_call, tool_result: the tool; status: the word
  std::string detail;             ///< a tool's arguments or error, why a status is so, what a usage counts
  std::string call_id;            ///< tool_call, tool_result
  std::optional<int64_t> took_ms; ///< tool_result
  bool failed = false;            ///< tool_result
};

struct trace_entry {
  enum class kind : uint8_t {
    point,   ///< has no length
    wait,    ///< the job was queued
    attempt, ///< a worker had it
    model,   ///< the model was asked
    tool,    ///< a tool ran
    note,    ///< a point that somebody's log tells
  };
  kind what = kind::point;
  int64_t from_ms = 0;             ///< wall time, milliseconds since the Unix epoch
  std::optional<int64_t> until_ms; ///< none: a point or a note, or not over yet
  std::string node;                ///< the worker; note: the program; "" for the broker
  std::string name;
  std::string detail; ///< "" where there is nothing to add
  bool failed = false;
};

std::string_view to_string(trace_entry::kind x);

/// @param events in their order @returns in the order of their beginnings
std::vector<trace_entry> trace_of(const std::vector<told_event>& events);

/// Brings entries of several sources into the order of their beginnings; what began at once keeps its order.
void sort_trace(std::vector<trace_entry>& entries);

} // namespace claw
