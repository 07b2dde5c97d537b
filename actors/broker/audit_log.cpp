#include "actors/broker/audit_log.hpp"

#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <string>

namespace claw {

namespace {

/// @returns "" for events that have no audit line.
std::string_view line_name(job_event_kind x) {
  switch (x) {
  case job_event_kind::created:
    return "job_created";
  case job_event_kind::claimed:
    return "job_claimed";
  case job_event_kind::requeued:
    return "job_requeued";
  case job_event_kind::done:
    return "job_done";
  case job_event_kind::failed:
    return "job_failed";
  case job_event_kind::cancelled:
    return "job_cancelled";
  case job_event_kind::buried:
    return "job_buried";
  case job_event_kind::retried:
    return "job_retried";
  case job_event_kind::late_result:
    return "late_result_refused";
  case job_event_kind::cancel_asked:
  case job_event_kind::status:
  case job_event_kind::delta:
  case job_event_kind::tool_call:
  case job_event_kind::tool_result:
  case job_event_kind::usage:
  case job_event_kind::checkpoint:
    return "";
  }
  return "";
}

/// What the error of a failed job says is its author's business: only the broker's own reasons are logged.
bool has_reason(job_event_kind x) {
  return x == job_event_kind::requeued || x == job_event_kind::buried
         || x == job_event_kind::late_result;
}

} // namespace

void log_committed(const job_change& x) {
  for (const auto& event : x.events) {
    const auto name = line_name(event.kind);
    if (name.empty())
      continue;
    auto line = fmt::format("event={} job_id={}", name, to_string(x.after.id));
    if (event.attempt > 0)
      line += fmt::format(" attempt={}", event.attempt);
    if (!event.worker_id.empty())
      line += fmt::format(" worker_id={}", log_value(event.worker_id));
    if (event.kind == job_event_kind::created)
      line += fmt::format(" command={}", log_value(x.after.command));
    if (event.kind == job_event_kind::created && !x.after.owner.empty())
      line += fmt::format(" principal={}", x.after.owner);
    if (event.kind == job_event_kind::claimed && !x.after.lease_kid.empty())
      line += fmt::format(" principal={} kid={}", x.after.lease_principal, x.after.lease_kid);
    if (has_reason(event.kind))
      line += fmt::format(" reason={}", log_value(event.why));
    spdlog::info(line);
  }
}

void log_commit_failed(std::size_t changes, const failure& why) {
  spdlog::error("event=commit_failed changes={} ec={} why={}", changes, to_string(why.code),
                log_value(why.why));
}

void log_token(std::string_view event, const access_token& x, std::string_view by) {
  auto line = fmt::format("event={} kid={} role={} principal={}", event, x.kid, to_string(x.role),
                          x.principal);
  if (!x.worker_id.empty())
    line += fmt::format(" worker_id={}", log_value(x.worker_id));
  spdlog::info("{} by={}", line, by.empty() ? shared_principal_name : by);
}

void log_pruned(std::string_view event, const doomed_job& x) {
  spdlog::info("event={} job_id={} reason={}", event, to_string(x.id), to_string(x.why));
}

void log_retention(const retention_limits& x, bool dry_run) {
  std::string line = "event=retention_on";
  if (x.age_max)
    line += fmt::format(" age_s_max={}", x.age_max->count());
  if (x.jobs_max)
    line += fmt::format(" jobs_max={}", *x.jobs_max);
  if (x.bytes_max)
    line += fmt::format(" bytes_max={}", *x.bytes_max);
  line += fmt::format(" dry_run={}", dry_run);
  if (dry_run)
    line += " why=\"nothing is pruned before RETENTION_DRY_RUN=0\"";
  spdlog::info(line);
}

void log_retention_round(uint64_t pruned, uint64_t kept, bool dry_run) {
  spdlog::info("event=retention_round {}={} kept={} dry_run={}", dry_run ? "would_be_pruned" : "pruned", pruned, kept,
               dry_run);
}

void log_retention_failed(const failure& why) {
  spdlog::error("event=retention_failed ec={} why={}", to_string(why.code), log_value(why.why));
}

void log_rejected(std::string_view reason) {
  spdlog::info("event=job_rejected reason={}", reason);
}

} // namespace claw
