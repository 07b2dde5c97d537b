// The queue and the jobs that are to be taken out of the store: it alone knows which of them are in motion.

#include "actors/broker/job_queue_actor.hpp"

#include <utility>

namespace claw {

void job_queue_state::on_prune(prune_request& x) {
  if (stopping) {
    caf::anon_send(x.from, prune_answer{{}, 0, going_down()});
    return;
  }
  const auto asked = x.jobs.size();
  std::erase_if(x.jobs, [this](const doomed_job& each) { return !may_go(each.id); });
  const auto kept = asked - x.jobs.size();
  if (x.dry_run || x.jobs.empty()) {
    caf::anon_send(x.from, prune_answer{std::move(x.jobs), kept, {}});
    return;
  }
  for (const auto& each : x.jobs)
    pruning.insert(each.id);
  caf::anon_send(around->store, erase_request{std::move(x.jobs), kept, std::move(x.from), self});
}

/// Whoever chose the job saw it ended; it may have been asked for or queued again since.
bool job_queue_state::may_go(const job_id& id) const {
  if (awake.count(id) > 0)
    return false;
  const auto found = around->reader->find(id);
  return found && *found && is_terminal((**found).status) && !is_wanted_by_key(**found);
}

void job_queue_state::on_erased(erase_answer& x) {
  for (const auto& each : x.jobs)
    pruning.erase(each.id);
  if (x.trouble.code != ec::none)
    x.jobs.clear();
  caf::anon_send(x.wanted_by, prune_answer{std::move(x.jobs), x.kept, std::move(x.trouble)});
  answer_shutdown();
}

} // namespace claw
