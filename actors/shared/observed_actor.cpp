#include "actors/shared/observed_actor.hpp"

#include <utility>

namespace claw {

namespace {

thread_local caf::actor_id at_work = 0; ///< in whose hands this thread is

/// This thread works for an actor.
class in_hands_of {
public:
  explicit in_hands_of(caf::actor_id id) : before_(std::exchange(at_work, id)) {}
  in_hands_of(const in_hands_of&) = delete;
  in_hands_of& operator=(const in_hands_of&) = delete;
  ~in_hands_of() { at_work = before_; }

private:
  caf::actor_id before_;
};

/// A message is in the owner's hands; also one that makes it throw is dealt with.
class message_in_hand {
public:
  message_in_hand(mailbox_meter& meter, mailbox_meter::time_point now) : meter_(meter) { meter_.begun(now); }
  message_in_hand(const message_in_hand&) = delete;
  message_in_hand& operator=(const message_in_hand&) = delete;

  ~message_in_hand() {
    if (skipped)
      meter_.put_back();
    else
      meter_.finished();
  }

  bool skipped = false;

private:
  mailbox_meter& meter_;
};

} // namespace

observed_actor::observed_actor(caf::actor_config& config) : caf::event_based_actor(config) {
  const auto* watched = dynamic_cast<const observed_system_config*>(&home_system().config());
  if (watched == nullptr || !watched->roster)
    return;
  roster_ = watched->roster;
  meter_ = roster_->join(id(), at_work, caf::weak_actor_ptr{ctrl()}, clock().now());
}

void observed_actor::enqueue(caf::mailbox_element_ptr x, caf::execution_unit* host) {
  if (meter_)
    meter_->arrived(clock().now());
  caf::event_based_actor::enqueue(std::move(x), host);
}

void observed_actor::initialize() {
  const in_hands_of mine{id()};
  if (roster_)
    roster_->begun(id(), name(), clock().now());
  caf::event_based_actor::initialize();
}

caf::invoke_message_result observed_actor::consume(caf::mailbox_element& x) {
  if (!meter_)
    return caf::event_based_actor::consume(x);
  const in_hands_of mine{id()};
  message_in_hand message{*meter_, clock().now()};
  if (facts_ && x.content().match_elements<facts_question>()) {
    x.content().get_as<facts_question>(0).answer.answer(facts_());
    return caf::invoke_message_result::consumed;
  }
  const auto result = caf::event_based_actor::consume(x);
  message.skipped = result == caf::invoke_message_result::skipped;
  return result;
}

bool observed_actor::cleanup(caf::error&& reason, caf::execution_unit* host) {
  if (roster_)
    roster_->left(id(), is_failure(reason) ? home_system().render(reason) : "", clock().now());
  return caf::event_based_actor::cleanup(std::move(reason), host);
}

void observed_actor::tell(std::function<actor_facts()> facts) {
  if (!roster_ || facts_)
    return;
  facts_ = std::move(facts);
  roster_->tells_facts(id());
}

void observed_actor::show(actor_facts facts) {
  if (roster_)
    roster_->shows(id(), std::move(facts));
}

void observed_actor::note_failure(const std::string& why) {
  if (roster_)
    roster_->failed(id(), why, clock().now());
}

void observed_actor::adopt(const caf::actor& child) {
  if (roster_)
    roster_->adopt(id(), child.id());
}

bool is_failure(const caf::error& reason) {
  if (!reason)
    return false;
  if (reason.category() != caf::atom("exit"))
    return true;
  return reason == caf::exit_reason::unhandled_exception || reason == caf::exit_reason::unknown
         || reason == caf::exit_reason::out_of_workers || reason == caf::exit_reason::remote_link_unreachable;
}

} // namespace claw
