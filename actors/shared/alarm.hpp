#pragma once
// One timer for many deadlines. A timer of CAF 0.17 cannot be taken back, so an actor with a thousand
// deadlines must not set a thousand of them: it sets one for the earliest and looks again when it rings.

#include "actors/protocol/broker_internal.hpp"
#include "actors/protocol/caf.hpp"

#include <optional>

namespace claw {

class alarm {
public:
  /// Rings (an alarm_rang to `self`) at `due` or before.
  template <class Actor>
  void set(Actor* self, actor_time due) {
    if (armed_ && *armed_ <= due)
      return;
    armed_ = due;
    self->scheduled_send(self, due, alarm_rang{due});
  }

  /// To be called first when it rings; a ring that an earlier one has overtaken changes nothing.
  void rang(const alarm_rang& x) {
    if (armed_ && *armed_ <= x.due)
      armed_.reset();
  }

private:
  std::optional<actor_time> armed_;
};

} // namespace claw
