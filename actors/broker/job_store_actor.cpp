#include "actors/broker/job_store_actor.hpp"

#include "actors/broker/audit_log.hpp"
#include "actors/domain/limits.hpp"
#include "actors/shared/guard.hpp"

#include <map>
#include <utility>

namespace claw {

caf::behavior job_store_actor(caf::stateful_actor<job_store_state>* self, job_store* store) {
  guard(self);
  self->state.store = store;
  return self->state.behavior();
}

caf::behavior job_store_state::behavior() {
  return {
      [this](commit_request& x) { on_commit(x); },
      [this](const commit_barrier& x) { on_barrier(x); },
      [this](flush_batch) { on_flush(); },
  };
}

void job_store_state::on_commit(commit_request& x) {
  changes.push_back(std::move(x.change));
  askers.push_back(std::move(x));
  if (changes.size() >= limits::commit_changes_max)
    commit_batch();
  else
    arm();
}

void job_store_state::on_barrier(const commit_barrier& x) {
  barriers.push_back(x);
  arm();
}

void job_store_state::on_flush() {
  flush_sent = false;
  commit_batch();
  for (const auto& x : std::exchange(barriers, {}))
    caf::anon_send(x.from, barrier_passed{x.id});
}

void job_store_state::arm() {
  if (!std::exchange(flush_sent, true))
    caf::anon_send(self, flush_batch{});
}

void job_store_state::commit_batch() {
  if (changes.empty())
    return;
  CLAW_ASSERT(changes.size() == askers.size());
  const auto result = store->commit(changes);
  if (!result)
    log_commit_failed(changes.size(), result.error());
  tell(result);
  if (result) // after the answers: nobody waits for the log
    for (const auto& x : changes)
      log_committed(x);
  changes.clear();
  askers.clear();
}

void job_store_state::tell(const outcome<done>& result) {
  std::map<caf::actor, creates_settled> creates;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& asker = askers[i];
    if (!asker.is_create) {
      caf::anon_send(asker.from, commit_answer{result ? failure{} : result.error()});
      continue;
    }
    auto& settled = creates[asker.from];
    if (result) {
      const auto& x = changes[i].after;
      settled.committed.push_back({x.id, x.required, x.priority});
    } else {
      ++settled.refused;
    }
  }
  for (auto& [queue, settled] : creates)
    caf::anon_send(queue, std::move(settled));
  // Producers last: whoever knows a job's id may claim at once, and that claim must find the job.
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto& asker = askers[i];
    if (asker.is_create && result)
      asker.created.answer(created_job{changes[i].after.id, asker.servable});
    else if (asker.is_create)
      asker.created.answer(result.error());
  }
}

} // namespace claw
