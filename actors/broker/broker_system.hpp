#pragma once
// The whole broker inside one actor system: supervisor, store, tokens, queue and all that they start. A
// program builds one of these over an opened store and hands it to its HTTP door; a test builds one
// over a store in memory and a clock that it moves by hand.

#include "actors/domain/limits.hpp"
#include "actors/domain/prune_tally.hpp"
#include "actors/domain/retention.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/ports/kill_point.hpp"
#include "actors/ports/token_store.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/front_doors.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace claw {

/// When ended jobs leave the store; without a limit never.
struct retention_config {
  retention_limits limits;
  bool dry_run = true; ///< only say which would go
  std::chrono::seconds every = limits::retention_pause; ///< from the end of a round to the next
};

struct broker_system_config {
  std::chrono::seconds lease_term = limits::lease_term;
  uint32_t attempts_max = limits::attempts_max; ///< for jobs that name no bound of their own
  std::optional<uint64_t> open_jobs_max; ///< MAX_QUEUED_JOBS: queued + running; none: no limit
  std::optional<std::chrono::seconds> worker_silence_max; ///< none: the lease term
  retention_config retention;
  bool detached = true; ///< its blocking actors in threads of their own; false where a test drives the scheduler
};

/// What the broker needs of the world besides the actor clock. All of it is called from several threads.
struct broker_world {
  std::function<int64_t()> wall_ms; ///< since the Unix epoch; shown and stored, never waited for
  std::function<uint64_t()> random; ///< 64 unpredictable bits: ids and leases are made of them
  std::function<void()> on_give_up; ///< a part crashed more often than the restart limit: the program should end (70)
  kill_listener on_kill_point;       ///< for tests
  std::shared_ptr<prune_tally> pruned = std::make_shared<prune_tally>(); ///< what retention takes out is counted here
};

/// Answers questions from the moment it is built; while a part restarts, they are answered
/// `unavailable`. Thread-safe. Must be destroyed before the actor system and the stores.
class broker_system final : public broker_front_door {
public:
  broker_system(caf::actor_system& system, job_store& store, token_store& tokens,
                broker_system_config config, broker_world world);
  broker_system(const broker_system&) = delete;
  broker_system& operator=(const broker_system&) = delete;

  /// Ends every actor of the broker and, with `detached`, waits for that.
  ~broker_system() override;

  /// Answers held polls and watches with nothing, refuses what comes after, and waits until every commit under way is
  /// on disk. Blocks, so it is not for tests that drive the scheduler (those `ask` a shutdown_request).
  /// @returns false when the deadline passed first; nothing that was acknowledged is lost then either.
  bool shutdown(std::chrono::milliseconds deadline);

  void ask(create_request x) override;
  void ask(claim_request x) override;
  void ask(poll_closed x) override;
  void ask(finish_request x) override;
  void ask(renew_request x) override;
  void ask(release_request x) override;
  void ask(progress_request x) override;
  void ask(worker_seen x) override;
  void ask(cancel_request x) override;
  void ask(retry_request x) override;
  void ask(drain_request x) override;
  void ask(standing_question x) override;
  void ask(workers_question x) override;
  void ask(queue_question x) override;
  void ask(watch_request x) override;
  void ask(token_create_request x) override;
  void ask(token_revoke_request x) override;
  void ask(shutdown_request x);

  const job_reader& jobs() const override { return store_; }

private:
  class entrance;

  job_store& store_;
  bool detached_;
  std::shared_ptr<entrance> entrance_; ///< the way to the present queue; shared with the supervisor
  caf::actor supervisor_;
  caf::actor_system& system_;
};

} // namespace claw
