#pragma once
// What is written down of an llm run while it goes on: everything that its tool loop was told, in order and with its
// time, and what it decided. Enough to put the same to another loop later and see it decide the same
// (actors/domain/replay).

#include "actors/domain/call_review.hpp"
#include "actors/domain/chat.hpp"
#include "actors/domain/llm_checkpoint.hpp"
#include "actors/domain/llm_task.hpp"
#include "actors/domain/loop_limits.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace claw {

struct record_begun {
  llm_task task;
  std::vector<tool_spec> tools;
  loop_limits limits;
  std::string model, worker_id, fence;
  std::chrono::milliseconds time_max{0};
  std::optional<llm_checkpoint> resumed; ///< what an earlier attempt left
};

/// The model was asked. Of the messages only those are written that the request before did not have.
struct record_asked {
  uint64_t kept = 0; ///< messages at the front that are as they were
  std::vector<chat_message> added;
  uint64_t tools = 0;
  bool tools_forbidden = false;
  uint32_t answer_tokens_max = 0;
};

struct record_replied {
  chat_reply reply;
  std::vector<checked_call> checked;
};

struct record_failed {
  chat_failure failure;
  uint64_t random = 0; ///< that the loop was given
};

struct record_waited {};

struct record_ran {
  std::vector<tool_result> results; ///< of the calls that ran, in their order
};

struct record_ended {
  enum class how : uint8_t { finished, failed, stopped } how = how::stopped;
  std::string why; ///< `safety.reason`, the failure, or who stopped it
};

using run_record = std::variant<record_begun, record_asked, record_replied, record_failed,
                                record_waited, record_ran, record_ended>;

struct run_line {
  std::string job_id;
  std::string lease_id;
  uint32_t attempt = 0;
  int64_t wall_s = 0;
  std::chrono::milliseconds at{0}; ///< since the run began
  run_record what;
};

} // namespace claw
