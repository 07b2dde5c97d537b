#include "actors/ports/kill_point.hpp"

#include <array>

namespace claw {

namespace {

struct named_path {
  write_path path;
  std::string_view name;
};

constexpr std::array paths = {
    named_path{write_path::create, "create"},
    named_path{write_path::claim, "claim"},
    named_path{write_path::renew, "renew"},
    named_path{write_path::progress, "progress"},
    named_path{write_path::finish, "finish"},
    named_path{write_path::fail, "fail"},
    named_path{write_path::release, "release"},
    named_path{write_path::requeue, "requeue"},
    named_path{write_path::bury, "bury"},
    named_path{write_path::cancel, "cancel"},
    named_path{write_path::retry, "retry"},
    named_path{write_path::late_result, "late_result"},
    named_path{write_path::birth, "birth"},
    named_path{write_path::prune, "prune"},
};

struct named_step {
  kill_step step;
  std::string_view name;
  bool once_a_path = false;
};

constexpr std::array steps = {
    named_step{kill_step::asked, "asked", true},
    named_step{kill_step::committed, "committed", true},
    named_step{kill_step::told, "told", true},
    named_step{kill_step::batch_begun, "batch_begun"},
    named_step{kill_step::journal_half_written, "journal_half_written"},
    named_step{kill_step::journal_written, "journal_written"},
    named_step{kill_step::journal_flushed, "journal_flushed"},
    named_step{kill_step::batch_shown, "batch_shown"},
    named_step{kill_step::journal_file_full, "journal_file_full"},
    named_step{kill_step::settle_begun, "settle_begun"},
    named_step{kill_step::settle_half_put, "settle_half_put"},
    named_step{kill_step::settle_put, "settle_put"},
    named_step{kill_step::settle_committed, "settle_committed"},
    named_step{kill_step::journal_file_freed, "journal_file_freed"},
    named_step{kill_step::journal_read, "journal_read"},
    named_step{kill_step::journal_recovered, "journal_recovered"},
    named_step{kill_step::journal_opened, "journal_opened"},
    named_step{kill_step::stopping, "stopping"},
    named_step{kill_step::stopped, "stopped"},
    named_step{kill_step::journal_ended, "journal_ended"},
};

// Where an enumerator is missing above, its row is not at its place, or there are too few of them.
constexpr bool is_whole() {
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (static_cast<std::size_t>(paths[i].path) != i)
      return false;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (static_cast<std::size_t>(steps[i].step) != i)
      return false;
  return paths.back().path == write_path::prune && steps.back().step == kill_step::journal_ended;
}
static_assert(is_whole());

} // namespace

write_path path_of(const job_change& x) {
  if (x.events.empty())
    return write_path::renew;
  const auto& last = x.events.back();
  switch (last.kind) {
  case job_event_kind::created:
    return write_path::create;
  case job_event_kind::claimed:
    return creates_job(x) ? write_path::birth : write_path::claim;
  case job_event_kind::requeued:
    return last.why == "released" ? write_path::release : write_path::requeue;
  case job_event_kind::done:
    return write_path::finish;
  case job_event_kind::failed:
    return write_path::fail;
  case job_event_kind::cancelled:
  case job_event_kind::cancel_asked:
    return write_path::cancel;
  case job_event_kind::buried:
    return write_path::bury;
  case job_event_kind::retried:
    return write_path::retry;
  case job_event_kind::late_result:
    return write_path::late_result;
  case job_event_kind::status:
  case job_event_kind::delta:
  case job_event_kind::tool_call:
  case job_event_kind::tool_result:
  case job_event_kind::usage:
  case job_event_kind::checkpoint:
    break;
  }
  return write_path::progress;
}

std::string to_string(const kill_point& x) {
  std::string name{steps[static_cast<std::size_t>(x.step)].name};
  return x.path ? std::string{paths[static_cast<std::size_t>(*x.path)].name} + '_' + name : name;
}

std::vector<kill_point> all_kill_points() {
  std::vector<kill_point> all;
  for (const auto& step : steps)
    if (!step.once_a_path)
      all.emplace_back(step.step);
    else
      for (const auto& path : paths)
        all.emplace_back(step.step, path.path);
  return all;
}

} // namespace claw
