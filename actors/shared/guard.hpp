#pragma once
// What every actor of ours puts on first. Without it a message that nobody expected, a stray answer
// or an error reply kills an actor of CAF 0.17, and an exception says nothing before it does.

#include "actors/domain/log_value.hpp"
#include "actors/protocol/caf.hpp"

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

/// Unexpected messages are logged and dropped (a request gets an error), error messages are logged,
/// an exception ends the actor with an error that its monitors see.
/// @param self any event-based actor; its state's `name` stands in the log
template <class Actor>
void guard(Actor* self) {
  self->set_default_handler(
      [](caf::scheduled_actor* me, caf::message_view&) -> caf::result<caf::message> {
        spdlog::warn("event=message_dropped actor={} why=\"no handler matches\"", me->name());
        if (me->current_message_id().is_request())
          return caf::sec::unexpected_message;
        return caf::make_message();
      });
  self->set_error_handler([](caf::scheduled_actor* me, caf::error& e) {
    spdlog::warn("event=error_dropped actor={} ec={}", me->name(), e.code());
  });
  self->set_exception_handler([self](std::exception_ptr& x) -> caf::error {
    const auto why = sentence_of(x);
    spdlog::error("event=actor_crashed actor={} why={}", self->name(), log_value(why));
    return caf::make_error(caf::sec::runtime_error, why);
  });
}

} // namespace claw
