#include "actors/domain/job.hpp"

namespace claw {

std::string_view to_string(job_status x) {
  switch (x) {
  case job_status::queued: return "queued";
  case job_status::running: return "running";
  case job_status::done: return "done";
  case job_status::failed: return "failed";
  }
  return "unknown";
}

std::string_view to_string(job_end x) {
  switch (x) {
  case job_end::none: return "none";
  case job_end::done: return "done";
  case job_end::failed: return "failed";
  case job_end::cancelled: return "cancelled";
  case job_end::dead: return "dead";
  }
  return "unknown";
}

bool is_terminal(job_status x) {
  return x == job_status::done || x == job_status::failed;
}

bool is_legal(job_status from, job_status to) {
  switch (from) {
  case job_status::queued: return to == job_status::running || to == job_status::done || to == job_status::failed;
  case job_status::running: return to != job_status::running;
  case job_status::done: return false;
  case job_status::failed: return to == job_status::queued;
  }
  return false;
}

} // namespace claw
