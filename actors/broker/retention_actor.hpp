#pragma once
// RETENTION: walks through the store now and then, the oldest jobs first, and has the queue take out those that are
// over a limit (actors/domain/retention.hpp). It goes a batch at a time and rests in between, so that claims and
// finishes do not wait for it. On a dry run it only says what would go.

#include "actors/broker/job_actor.hpp"
#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/alarm.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_set>

namespace claw {

struct retention_state {
  explicit retention_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  void on_alarm(const alarm_rang& x);
  void on_answer(const prune_answer& x);
  actor_facts facts() const;

  caf::event_based_actor* self;
  job_surroundings_ptr around;
  retention_config config;
  caf::actor queue;
  std::optional<retention_round> round; ///< under way
  std::optional<job_id> seen;           ///< the walk has come to here
  bool at_end = false;                  ///< there are no younger jobs
  bool enough = false;                  ///< none of them can go, if all that are chosen do
  bool by_size = false;                 ///< the last batch held jobs that go for their size
  uint64_t pruned = 0;                  ///< in this round
  uint64_t kept = 0;                    ///< likewise: chosen, but they had to stay
  std::unordered_set<job_id> told;      ///< dry run: these have their line in the log
  alarm timer;
  actor_time due{};

  static inline const char* name = "retention";

private:
  void begin_round();
  void go_on();
  void end_round();
  bool measure();
  void pause(std::chrono::milliseconds x);
  void tell_of(const prune_answer& x);
};

/// Reads the store: spawn it detached. @pre config.limits.any()
caf::behavior retention_actor(observed<retention_state>* self, job_surroundings_ptr around,
                              retention_config config, caf::actor queue);

} // namespace claw
