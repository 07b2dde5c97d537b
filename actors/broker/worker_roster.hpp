#pragma once
// The workers that the queue has seen, with or without an actor: a worker has one while it is alive. Part of the queue.

#include "actors/protocol/broker_messages.hpp"
#include "actors/protocol/caf.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace claw {

class worker_roster {
public:
  struct worker {
    worker_facts facts; ///< caps, notes and boot id as of its last claim
    int64_t first_seen_s = 0;
    int64_t last_seen_s = 0;
    uint64_t polls = 0;                    ///< claims that wait
    bool draining = false;                 ///< gets no new jobs; see set_draining
    caf::actor life;                       ///< its worker_actor; null when it has fallen silent
    std::deque<std::string> retired_boots; ///< boot ids that a newer one has replaced
  };

  /// @pre the worker has a name
  worker& find_or_add(const worker_facts& x, int64_t now_s);

  worker* find(const std::string& worker_id);

  /// Whom this actor stood for. @returns null for a stranger
  worker* find(const caf::actor_addr& life);

  /// Takes over what a claim says. @returns true when it comes from a runner that was started anew
  bool claimed(worker& x, const worker_facts& said);

  void alive(worker& x, caf::actor life);
  void silent(worker& x);
  void set_draining(worker& x, bool draining);

  /// True when a worker that is alive and takes jobs has these caps.
  bool can_serve(const caps& required) const;

  const std::map<std::string, worker>& all() const noexcept { return workers_; }

private:
  void count(const worker& x, int by); ///< once for each worker that takes jobs
  void forget_oldest_silent();

  std::map<std::string, worker> workers_; ///< by worker id
  std::map<caps, int> live_caps_;         ///< how many workers that take jobs have exactly these
};

} // namespace claw
