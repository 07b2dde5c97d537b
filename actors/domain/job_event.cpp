#include "actors/domain/job_event.hpp"

namespace claw {

std::string_view to_string(job_event_kind x) {
  switch (x) {
  case job_event_kind::created: return "created";
  case job_event_kind::claimed: return "claimed";
  case job_event_kind::requeued: return "requeued";
  case job_event_kind::done: return "done";
  case job_event_kind::failed: return "failed";
  case job_event_kind::cancelled: return "cancelled";
  case job_event_kind::buried: return "buried";
  case job_event_kind::retried: return "retried";
  case job_event_kind::cancel_asked: return "cancel_asked";
  case job_event_kind::late_result: return "late_result";
  case job_event_kind::status: return "status";
  case job_event_kind::delta: return "delta";
  case job_event_kind::tool_call: return "tool_call";
  case job_event_kind::tool_result: return "tool_result";
  case job_event_kind::usage: return "usage";
  case job_event_kind::checkpoint: return "checkpoint";
  }
  return "unknown";
}

std::optional<job_event_kind> parse_event_kind(std::string_view type) {
  for (auto i = uint8_t{0}; i <= static_cast<uint8_t>(job_event_kind::checkpoint); ++i)
    if (to_string(static_cast<job_event_kind>(i)) == type)
      return static_cast<job_event_kind>(i);
  return std::nullopt;
}

std::optional<job_event_kind> parse_progress_kind(std::string_view type) {
  for (auto kind : {job_event_kind::status, job_event_kind::delta, job_event_kind::tool_call,
                    job_event_kind::tool_result, job_event_kind::usage, job_event_kind::checkpoint})
    if (to_string(kind) == type)
      return kind;
  return std::nullopt;
}

} // namespace claw
