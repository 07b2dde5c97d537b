#pragma once
// JOB STORE: the only one who commits. It gathers the changes that its mailbox holds into one transaction, and tells
// nobody of a change before it is on disk. It ends when the store is broken, and the supervisor has the broker begin
// again from what the store holds; where that does not help, the program ends.

#include "actors/domain/prune_tally.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/ports/kill_point.hpp"
#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <memory>
#include <vector>

namespace claw {

/// What is committed together.
struct change_batch {
  std::vector<job_change> changes;
  std::vector<commit_request> askers; ///< who asked for each; their `change` has been moved out

  void add(commit_request& x);
  /// Takes the changes out that create a job.
  change_batch take_creates();
};

struct job_store_state {
  explicit job_store_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  void on_commit(commit_request& x);
  void on_barrier(const commit_barrier& x);
  void on_erase(erase_request& x);
  void on_flush();
  actor_facts facts() const;

  caf::event_based_actor* self;
  job_store* store = nullptr;
  std::shared_ptr<prune_tally> pruned;
  kill_listener on_kill_point; ///< for tests
  change_batch gathered;
  std::vector<commit_barrier> barriers; ///< to be answered after the batch
  std::vector<erase_request> erasures;  ///< to be made after the batch
  bool flush_sent = false;

  static inline const char* name = "job_store";

private:
  void arm();
  void commit_gathered();
  void settle(const change_batch& x, const outcome<done>& result);
  static void tell(const change_batch& x, const outcome<done>& result);
  void erase(erase_request& x);
  void pass(kill_step step) const; ///< of an erasure
  void pass(kill_step step, const std::vector<job_change>& changes) const;
};

/// Blocks while it commits: spawn it detached. @param store outlives the actor @param pruned not null
caf::behavior job_store_actor(observed<job_store_state>* self, job_store* store,
                              std::shared_ptr<prune_tally> pruned, kill_listener on_kill_point);

} // namespace claw
