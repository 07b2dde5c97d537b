#pragma once
// What every actor of ours puts on first. Without it a message that nobody expected, a stray answer
// or an error reply kills an actor of CAF 0.17, and an exception says nothing before it does.

#include "actors/domain/log_value.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace claw {

/// What an exception says; for logs.
inline std::string sentence_of(const std::exception_ptr& x) {
  try {
    std::rethrow_exception(x);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

/// Notes for inspectors what an actor survived.
inline void note_failure(caf::scheduled_actor* self, const std::string& why) {
  if (auto* observed = dynamic_cast<observed_actor*>(self))
    observed->note_failure(why);
}

/// Unexpected messages are logged and dropped (a request gets an error), error messages are logged, an exception ends
/// the actor with an error that its monitors see. Where the state has `actor_facts facts() const`, inspectors are
/// told them.
/// @param self any event-based actor; its state's `name` stands in the log
template <class Actor>
void guard(Actor* self) {
  self->set_default_handler(
      [](caf::scheduled_actor* me, caf::message_view&) -> caf::result<caf::message> {
        spdlog::warn("event=message_dropped actor={} why=\"no handler matches\"", me->name());
        note_failure(me, "message_dropped: no handler matches");
        if (me->current_message_id().is_request())
          return caf::sec::unexpected_message;
        return caf::make_message();
      });
  self->set_error_handler([](caf::scheduled_actor* me, caf::error& e) {
    spdlog::warn("event=error_dropped actor={} ec={}", me->name(), e.code());
    note_failure(me, "error_dropped: " + me->home_system().render(e));
  });
  self->set_exception_handler([self](std::exception_ptr& x) -> caf::error {
    const auto why = sentence_of(x);
    spdlog::error("event=actor_crashed actor={} why={}", self->name(), log_value(why));
    return caf::make_error(caf::sec::runtime_error, why);
  });
  if constexpr (requires { self->state.facts(); })
    self->tell([self] { return self->state.facts(); });
}

} // namespace claw
