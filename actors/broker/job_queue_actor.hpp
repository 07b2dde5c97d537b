#pragma once
// JOB QUEUE: who gets which job. It holds the index of the jobs that wait, the line of the claims that wait, the
// workers, and the job actors that are awake; it never changes a job itself. What it does not know of a job it reads
// from what is committed.

#include "actors/broker/broker_system.hpp"
#include "actors/broker/job_actor.hpp"
#include "actors/broker/returning_jobs.hpp"
#include "actors/broker/waiting_claims.hpp"
#include "actors/broker/worker_roster.hpp"
#include "actors/domain/create_keys.hpp"
#include "actors/domain/job_index.hpp"
#include "actors/domain/timetable.hpp"
#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/alarm.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace claw {

/// A job that has an actor.
struct awake_job {
  caf::actor actor;     ///< null while it is being woken again after a crash
  job record;           ///< as it last reported
  uint64_t sent = 0;    ///< errands given to it
  uint64_t handled = 0; ///< errands it has reported as dealt with
  bool watched = false;
  bool unreadable = false;
  std::optional<actor_time> charged; ///< while running: its requester has been charged until then

  bool idle() const { return actor && sent == handled; }
};

/// A new job on its way to the store.
struct under_way {
  std::string create_key;
  std::vector<reply<created_job>> repeats; ///< those who sent the same request meanwhile
  bool being_born = false; ///< its own actor commits it, with a claim
};

struct job_queue_state {
  explicit job_queue_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  // -- new jobs: queue_creates.cpp --------------------------------------------------------------------------
  void on_create(create_request& x);
  void on_creates_settled(const creates_settled& x);
  void on_repeat(create_request& x, const create_keys::entry& known);
  void on_stillborn(stillborn& x);
  std::optional<waiting_claim> claim_for(const job& x);
  void bear(birth x);
  bool is_being_born(const job_id& id) const;
  void welcome(const job_id& id, const caps& required);
  void forget_new(const job_id& id, const failure& why);
  job job_of(new_job x);
  void load_keys();
  bool is_wanted_by_key(const job& x) const; ///< its Idempotency-Key is young enough to be sent again

  // -- jobs: queue_jobs.cpp ---------------------------------------------------------------------------------
  void on_report(job_report& x);
  void on_job_down(const job_id& id);
  void on_barrier_passed(const barrier_passed& x);

  /// Reads every open job of the store. Throws when it cannot be read: then no broker can be.
  void load();
  void line_up(const waiting_job& x);
  void leave_line(const waiting_job& x);
  void offer(const waiting_job& x);
  outcome<awake_job*> rouse(const job_id& id);
  awake_job& wake(job record);
  void put_to_sleep(const job_id& id);
  void take_in(awake_job& x, job record);

  /// Gives a job an errand, waking it where it sleeps; answers the trouble where there is any.
  template <class Request>
  void route(Request& x) {
    if (stopping) {
      x.answer.answer(going_down());
      return;
    }
    auto found = rouse(x.id);
    if (found)
      give(**found, std::move(x));
    else
      x.answer.answer(found.error());
  }

  template <class Errand>
  void give(awake_job& to, Errand x) {
    ++to.sent;
    caf::anon_send(to.actor, std::move(x));
  }

  // -- claims: queue_claims.cpp -----------------------------------------------------------------------------
  void on_claim(claim_request& x);
  void on_declined(claim_declined& x);
  void on_poll_closed(poll_closed x);
  void on_alarm(const alarm_rang& x);
  void serve(waiting_claim x);
  bool hand_over(const job_id& id, waiting_claim& x);
  void hold(waiting_claim x);
  void release_held(const waiting_claim& x);
  void set_timer();
  void begin_due();
  void end_overdue();

  // -- ended jobs that leave the store: queue_pruning.cpp ---------------------------------------------------
  void on_prune(prune_request& x);
  void on_erased(erase_answer& x);
  bool may_go(const job_id& id) const;

  // -- running time: queue_shares.cpp -----------------------------------------------------------------------
  void charge(awake_job& x, bool still_running);
  void charge_running();

  // -- workers and figures: queue_workers.cpp ---------------------------------------------------------------
  void on_seen(const worker_seen& x);
  void on_drain(const drain_request& x);
  void on_revoke(token_revoke_request& x);
  void on_standing(const standing_question& x) const;
  void on_workers(const workers_question& x) const;
  void on_figures(const queue_question& x) const;
  void on_shutdown(const shutdown_request& x);
  void on_down(const caf::down_msg& x);
  worker_roster::worker* note_alive(const worker_facts& x); ///< null: see worker_roster::find_or_add
  void orphan_jobs(const worker_facts& x);
  void on_returned(const job_id& id);
  bool can_serve(const caps& required) const;
  bool is_draining(const claim_request& x) const;
  std::vector<worker_snapshot> snapshots() const;
  void answer_shutdown();

  actor_facts facts() const;

  static failure going_down();
  static failure too_many_workers();
  void pass(kill_step x) const {
    if (around->world.on_kill_point)
      around->world.on_kill_point(x);
  }
  int64_t now_s() const { return around->world.wall_ms() / 1'000; }

  caf::event_based_actor* self;
  job_surroundings_ptr around;
  broker_system_config config;
  std::optional<job_id_source> ids;
  job_index index; ///< queued jobs that may be claimed
  timetable starts;    ///< queued jobs that may not be claimed yet
  timetable deadlines; ///< open jobs that have one
  actor_time charged;  ///< when the running jobs were charged last
  waiting_claims claims;
  returning_jobs returning; ///< and the claims that wait for them, outside the line
  worker_roster roster;
  bool roster_full = false; ///< a stranger has been turned away since a worker last fell silent
  std::unordered_map<job_id, awake_job> awake;
  uint64_t open = 0;     ///< queued and running jobs; new ones count before their commit, since whoever
                         ///< reads the store may ask for one before the queue hears that it is there
  std::unordered_map<job_id, under_way> creating; ///< of them those on their way to the store
  std::unordered_set<job_id> pruning; ///< on their way out of the store: nobody may wake them
  create_keys keys;
  uint64_t tickets = 0;
  alarm timer;
  bool stopping = false;
  reply<done> stopped; ///< answered when every errand is dealt with

  static inline const char* name = "job_queue";
};

/// Reads the store when it starts.
caf::behavior job_queue_actor(observed<job_queue_state>* self,
                              job_surroundings_ptr around, broker_system_config config);

} // namespace claw
