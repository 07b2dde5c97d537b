#pragma once
// The messages around a model's endpoint: turns for those who want to ask it, and news for those who advertise it. All
// of them stay inside one process.

#include "actors/domain/chat.hpp"
#include "actors/domain/error.hpp"
#include "actors/protocol/caf.hpp"

#include <string>

namespace claw {

/// To the endpoint: may I ask the model now? Answered with `turn_answer`: done when it is the asker's turn, which lasts
/// until its `turn_over` or its end; a failure while the endpoint does not answer.
struct turn_wanted {};
struct turn_answer {
  outcome<done> what;
};

/// From the endpoint to one whose turn is not yet.
struct turn_waits {};

/// To the endpoint: the request has ended.
struct turn_over {
  chat_error how = chat_error::none; ///< none: it was answered
  std::string why;
};

/// To the endpoint: tell the sender whether it answers, now (once it is known) and whenever that changes.
struct endpoint_watch {};
struct endpoint_news {
  bool answers = false;
  std::string why; ///< why it does not; redacted
};

/// To the prober: ask the endpoint for its models. Answered with `probe_answer`.
struct probe_order {};
struct probe_answer {
  outcome<done> what; ///< timed_out: it may only be busy; any other failure: it cannot be used
};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::turn_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::turn_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::turn_waits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::turn_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::endpoint_watch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::endpoint_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::probe_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::probe_answer)
