#pragma once
// The workers that the queue has seen, with or without an actor: a worker has one while it is alive. Part of the queue.

#include "actors/protocol/broker_messages.hpp"
#include "actors/protocol/caf.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

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
    uint64_t silence = 0;                  ///< its place in the order of falling silent; 0: it must not be forgotten
    std::deque<std::string> retired_boots; ///< boot ids that a newer one has replaced
  };

  /// One worker more makes forget the one that has been silent longest. @pre the worker has a name
  /// @returns null for a stranger when `limits::workers_known_max` are known and all of them live or are drained
  worker* find_or_add(const worker_facts& x, int64_t now_s);

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
  const std::map<caps, int>& live_caps() const noexcept { return live_caps_; }

private:
  void count(const worker& x, int by); ///< once for each worker that takes jobs
  void place(worker& x);                    ///< among those who may be forgotten, or not
  void forget_oldest_silent();

  std::map<std::string, worker> workers_; ///< by worker id
  std::unordered_map<caf::actor_id, worker*> lives_;
  std::map<uint64_t, worker*> silent_; ///< who may be forgotten; by `silence`
  uint64_t silences_ = 0;
  std::map<caps, int> live_caps_;         ///< how many workers that take jobs have exactly these
};

} // namespace claw
