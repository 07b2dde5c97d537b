#pragma once
// What all our actors are made of: an event-based actor that writes itself into the program's roster, where there is
// one (inspection is on), and has its mailbox metered. Its parent is the actor in whose hands it was spawned. Where
// there is no roster it costs a look at a null pointer a message.

#include "actors/domain/actor_account.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/reply.hpp"
#include "actors/shared/actor_roster.hpp"

#include <functional>
#include <memory>

namespace claw {

/// An actor system whose actors are observed.
struct observed_system_config : caf::actor_system_config {
  std::shared_ptr<actor_roster> roster; ///< null: nobody looks. Set it before the system is made
};

/// To any actor whose state has `actor_facts facts() const`. Answered before the messages that wait, also while the
/// actor skips messages.
struct facts_question {
  reply<actor_facts> answer;
};

class observed_actor : public caf::event_based_actor {
public:
  explicit observed_actor(caf::actor_config& config);

  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) override;
  void initialize() override;
  caf::invoke_message_result consume(caf::mailbox_element& x) override;
  using caf::event_based_actor::consume;
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override;

  /// What answers a `facts_question`; see guard.
  void tell(std::function<actor_facts()> facts);

  /// What it is at from now on: for an actor that blocks, and cannot be asked while it does.
  void show(actor_facts facts);

  /// Notes that something went wrong, where somebody may look.
  void note_failure(const std::string& why);

  /// Takes the child, which somebody else has spawned, under this actor.
  void adopt(const caf::actor& child);

private:
  std::shared_ptr<actor_roster> roster_; ///< null: nobody looks
  std::shared_ptr<mailbox_meter> meter_; ///< likewise
  std::function<actor_facts()> facts_;
};

/// An actor with this state, as its behaviour function takes it.
template <class State>
using observed = caf::stateful_actor<State, observed_actor>;

/// An actor's end for this reason is a failure: neither an order nor the end of its work.
bool is_failure(const caf::error& reason);

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::facts_question)
