#pragma once
// What folders outside of actors/ hold of the actors: plain interfaces, so that an HTTP server can be tested against
// a fake broker, and a broker against no HTTP at all.

#include "actors/ports/job_store.hpp"
#include "actors/protocol/broker_messages.hpp"

namespace claw {

/// The broker as its HTTP door sees it. Every `ask` returns at once; the answer comes through the message's `reply`,
/// in some actor's thread. Reading goes past the actors, straight to what is committed.
class broker_front_door {
public:
  virtual ~broker_front_door() = default;

  virtual void ask(create_request x) = 0;
  virtual void ask(claim_request x) = 0;
  virtual void ask(poll_closed x) = 0;
  virtual void ask(finish_request x) = 0;
  virtual void ask(renew_request x) = 0;
  virtual void ask(release_request x) = 0;
  virtual void ask(progress_request x) = 0;
  virtual void ask(worker_seen x) = 0;
  virtual void ask(cancel_request x) = 0;
  virtual void ask(retry_request x) = 0;
  virtual void ask(drain_request x) = 0;
  virtual void ask(standing_question x) = 0;
  virtual void ask(workers_question x) = 0;
  virtual void ask(queue_question x) = 0;
  virtual void ask(watch_request x) = 0;
  virtual void ask(token_create_request x) = 0;
  virtual void ask(token_revoke_request x) = 0;

  virtual const job_reader& jobs() const = 0;
};

} // namespace claw
