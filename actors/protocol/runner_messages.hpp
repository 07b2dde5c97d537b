#pragma once
// The messages of the runner's actors. They stay inside one process, so CAF needs no serialization for them.

#include "actors/domain/error.hpp"
#include "actors/domain/run_record.hpp"
#include "actors/domain/transcript.hpp"
#include "actors/ports/chat_model.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace claw {

// -- between a claim and its job_run ------

/// How one attempt ended. Sent once by job_run to its parent, as its last word. A job_run that ends without it has
/// crashed: its parent sees the down message and lets the lease run out, or posts a failure.
struct run_outcome {
  enum class kind : uint8_t {
    result,    ///< `text` is for `/result`
    failure,   ///< `text` is the sentence for `/fail`
    cancelled, ///< nothing is to be posted; `text` is who asked
  };
  std::string job_id;
  std::string lease_id; ///< of the grant, "" from an old broker
  kind what = kind::failure;
  std::string text; ///< redacted
};

/// One progress event of a running job, ready for `worker_api::post_events`. All but `checkpoint` may be lost.
struct run_progress {
  std::string job_id;
  std::string lease_id;
  std::string type;      ///< status, delta, tool_call, tool_result, usage, checkpoint
  std::string data_json; ///< redacted
};

/// To a job_run, and from there down: end now. The answer is a run_outcome within a second.
struct run_cancel {
  std::string why; ///< cancelled by a user, lease lost, shutting down
};

/// From progress to the run of a checkpoint, by way of its claim: the broker has it, or will not have it for now.
struct checkpoint_settled {
  std::string job_id;
  std::string lease_id;
};

// -- inside one run ------

/// From llm_run to job_run: the end of a tool loop.
struct llm_ended {
  outcome<std::string> result; ///< the result's JSON text, or the sentence for `/fail`
};

/// From command_actor to job_run.
struct command_ended {
  outcome<std::string> result;
};

/// From chat_actor to llm_run. `request` numbers the requests of one run, so that a late one is known as such.
struct chat_ended {
  uint64_t request = 0;
  chat_outcome what;
};

/// From chat_actor to llm_run, while the answer is on its way.
struct chat_heard {
  uint64_t request = 0;
  chat_progress what;
};

/// From tool_actor to llm_run.
struct tool_ended {
  uint64_t step = 0;
  uint64_t index = 0; ///< of the call within its step
  tool_result result;
  std::chrono::milliseconds took{0};
};

} // namespace claw

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::run_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::run_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::run_cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::checkpoint_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::llm_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::command_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::chat_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::chat_heard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::tool_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(claw::run_line)
