#include "actors/broker/job_store_actor.hpp"

#include "actors/broker/audit_log.hpp"
#include "actors/domain/limits.hpp"
#include "actors/shared/guard.hpp"

#include <map>
#include <utility>

namespace claw {

caf::behavior job_store_actor(observed<job_store_state>* self, job_store* store,
                              std::shared_ptr<prune_tally> pruned, kill_listener on_kill_point) {
  guard(self);
  CLAW_ASSERT(pruned != nullptr);
  self->state.store = store;
  self->state.pruned = std::move(pruned);
  self->state.on_kill_point = std::move(on_kill_point);
  return self->state.behavior();
}

caf::behavior job_store_state::behavior() {
  return {
      [this](commit_request& x) { on_commit(x); },
      [this](const commit_barrier& x) { on_barrier(x); },
      [this](erase_request& x) { on_erase(x); },
      [this](flush_batch) { on_flush(); },
  };
}

actor_facts job_store_state::facts() const {
  return {counted("gathered", gathered.changes.size()), counted("erasures", erasures.size()),
          counted("barriers", barriers.size())};
}

void change_batch::add(commit_request& x) {
  changes.push_back(std::move(x.change));
  askers.push_back(std::move(x));
}

change_batch change_batch::take_creates() {
  change_batch creates, others;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& to = creates_job(changes[i]) ? creates : others;
    to.changes.push_back(std::move(changes[i]));
    to.askers.push_back(std::move(askers[i]));
  }
  *this = std::move(others);
  return creates;
}

void job_store_state::on_commit(commit_request& x) {
  gathered.add(x);
  if (on_kill_point)
    on_kill_point({kill_step::asked, path_of(gathered.changes.back())});
  if (gathered.changes.size() >= limits::commit_changes_max)
    commit_gathered();
  else
    arm();
}

void job_store_state::on_barrier(const commit_barrier& x) {
  barriers.push_back(x);
  arm();
}

void job_store_state::on_erase(erase_request& x) {
  pass(kill_step::asked);
  erasures.push_back(std::move(x));
  arm();
}

void job_store_state::on_flush() {
  flush_sent = false;
  commit_gathered();
  for (auto& x : std::exchange(erasures, {}))
    erase(x);
  for (const auto& x : std::exchange(barriers, {}))
    caf::anon_send(x.from, barrier_passed{x.id});
}

void job_store_state::arm() {
  if (!std::exchange(flush_sent, true))
    caf::anon_send(self, flush_batch{});
}

void job_store_state::commit_gathered() {
  auto all = std::exchange(gathered, {});
  if (all.changes.empty())
    return;
  const auto result = store->commit(all.changes);
  const auto creates = !result && result.error().code == ec::store_full ? all.take_creates()
                                                                        : change_batch{};
  if (creates.changes.empty()) {
    settle(all, result);
    return;
  }
  settle(creates, result);
  if (!all.changes.empty()) // a full store refuses new jobs, not the results that came along with them
    settle(all, store->commit(all.changes));
}

void job_store_state::settle(const change_batch& x, const outcome<done>& result) {
  CLAW_ASSERT(x.changes.size() == x.askers.size());
  if (!result)
    log_commit_failed(x.changes.size(), result.error());
  else
    pass(kill_step::committed, x.changes);
  tell(x, result);
  if (!result) {
    if (result.error().code == ec::store_broken) // the broker starts anew from what is true
      self->quit(caf::make_error(caf::sec::runtime_error, result.error().why));
    return;
  }
  pass(kill_step::told, x.changes);
  for (const auto& change : x.changes) // after the answers: nobody waits for the log
    log_committed(change);
}

void job_store_state::erase(erase_request& x) {
  std::vector<job_id> ids;
  for (const auto& each : x.jobs)
    ids.push_back(each.id);
  const auto result = store->erase(ids);
  if (!result)
    log_commit_failed(ids.size(), result.error());
  else
    pass(kill_step::committed);
  caf::anon_send(x.from, erase_answer{x.jobs, x.kept, x.wanted_by, result ? failure{} : result.error()});
  if (!result) {
    if (result.error().code == ec::store_broken)
      self->quit(caf::make_error(caf::sec::runtime_error, result.error().why));
    return;
  }
  pass(kill_step::told);
  for (const auto& each : x.jobs) {
    pruned->add(each.why);
    log_pruned("job_pruned", each);
  }
}

void job_store_state::pass(kill_step step) const {
  if (on_kill_point)
    on_kill_point({step, write_path::prune});
}

void job_store_state::pass(kill_step step, const std::vector<job_change>& changes) const {
  if (!on_kill_point)
    return;
  for (const auto& x : changes)
    on_kill_point({step, path_of(x)});
}

void job_store_state::tell(const change_batch& x, const outcome<done>& result) {
  std::map<caf::actor, creates_settled> creates;
  for (std::size_t i = 0; i < x.changes.size(); ++i) {
    const auto& asker = x.askers[i];
    if (!asker.from_queue) {
      caf::anon_send(asker.from, commit_answer{result ? failure{} : result.error()});
      continue;
    }
    auto& settled = creates[asker.from];
    if (result) {
      settled.committed.push_back(waiting(x.changes[i].after));
    } else {
      settled.refused.push_back(x.changes[i].after.id);
      settled.why = result.error();
    }
  }
  for (auto& [queue, settled] : creates)
    caf::anon_send(queue, std::move(settled));
  // Producers last: whoever knows a job's id may claim at once, and that claim must find the job.
  for (std::size_t i = 0; i < x.changes.size(); ++i) {
    const auto& asker = x.askers[i];
    if (asker.from_queue && result)
      asker.created.answer(created_job{x.changes[i].after.id, job_status::queued, asker.servable, asker.position});
    else if (asker.from_queue)
      asker.created.answer(result.error());
  }
}

} // namespace claw
