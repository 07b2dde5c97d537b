#pragma once
// JOB: one job in motion, and the only one who changes its status. The queue wakes it from the committed record, it
// deals with one errand at a time (while a commit is under way the others wait in its mailbox), reports to the queue
// after each, and is put to sleep when it is queued or ended and nobody looks.

#include "actors/broker/broker_system.hpp"
#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/alarm.hpp"
#include "actors/shared/observed_actor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

/// What all job actors of a broker share.
struct job_surroundings {
  caf::actor store;
  caf::actor tokens;
  const job_reader* reader = nullptr; ///< outlives the actors
  broker_world world;
  std::chrono::seconds lease_term{};
};
using job_surroundings_ptr = std::shared_ptr<const job_surroundings>;

struct job_state {
  explicit job_state(caf::event_based_actor* me) : self(me) {}

  caf::behavior behavior();

  // -- errands of the queue: each is counted once it is dealt with ----------------------------------------
  void on_birth(birth& x);
  void on_claim(claim_offer& x);
  void on_finish(finish_request& x);
  void on_renew(const renew_request& x);
  void on_release(const release_request& x);
  void on_progress(const progress_request& x);
  void on_cancel(const cancel_request& x);
  void on_retry(const retry_request& x);
  void on_orphaned(const orphan_notice& x);
  void on_token_revoked(const token_revoked& x);
  void on_deadline();
  void on_watch(const watch_request& x);

  // -- what else happens to it --------------------------------------------------------------------------------
  void on_poll_closed(poll_closed x);
  void on_watches_end();
  void on_alarm(const alarm_rang& x);
  void on_grace();
  void on_lease_ended(const lease_ended& x);
  void on_commit_answer(const commit_answer& x);
  void on_down(const caf::down_msg& x);
  actor_facts facts() const;

  // -- verbs ----------------------------------------------------------------------------------------------------
  using continuation = std::function<void(const failure& trouble)>;

  /// Makes the change durable, then goes on. Until then every other message waits.
  void commit(job_change change, continuation then);
  void wake();
  void start_lease(const caf::actor& of_worker);
  void stop_lease();
  void settle(); ///< one errand more is dealt with: report it
  void report() const;

  /// Settles an errand that has an answer. The queue hears first: whoever has the answer may ask the
  /// next question at once, and the queue must then know the job as it is.
  template <class T>
  void conclude(const reply<T>& to, outcome<T> x) {
    settle();
    to.answer(std::move(x));
  }

  claim_terms terms_of(const waiting_claim& x) const;
  void decline(waiting_claim& claim);
  void finish(finish_request& x, bool late);
  outcome<job_event> last_claim() const;
  void remark_late(const finish_request& x, const failure& why);
  void tell(const watch_request& x) const;
  bool has_news_for(const watch_request& x) const;

  int64_t now_ms() const { return around->world.wall_ms(); }
  int64_t lease_until_s() const { return now_ms() / 1'000 + around->lease_term.count(); }

  struct watch {
    watch_request request;
    actor_time due{};
  };

  /// The watches that `over` picks, taken out: they are told after the queue has been.
  std::vector<watch> take_watches(const std::function<bool(const watch&)>& over);

  caf::event_based_actor* self;
  job_surroundings_ptr around;
  caf::actor_addr queue;
  job record; ///< as it is committed
  uint64_t handled = 0;
  bool unreadable = false;
  caf::actor lease;      ///< only while running
  caf::actor worker;     ///< whose silence ends the lease; null where nobody knows it
  uint64_t renewals = 0; ///< of the present lease actor
  std::vector<watch> watches;
  alarm timer;
  std::optional<job> in_flight;
  continuation after_commit;

  static inline const char* name = "job";
};

/// @param record as it is committed, a running job gets a lease of a full term; or of a job that is none yet, and a
///               `birth` comes first
/// @param queue  where its reports go; when it goes down, so does this
caf::behavior job_actor(observed<job_state>* self, job_surroundings_ptr around,
                        const caf::actor& queue, job record);

} // namespace claw
