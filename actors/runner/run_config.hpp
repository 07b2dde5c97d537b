#pragma once
// What one attempt at a job needs from outside. Made once by the runner's main program and shared,
// unchanged, by all job_run and llm_run actors.

#include "actors/domain/llm_task.hpp"
#include "actors/domain/loop_limits.hpp"
#include "actors/domain/model_tally.hpp"
#include "actors/ports/chat_model.hpp"
#include "actors/ports/checkpoint_codec.hpp"
#include "actors/ports/task_codec.hpp"
#include "actors/ports/tool.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

class redactor; // actors/domain/redaction.hpp

struct run_config {
  std::shared_ptr<command_runner> commands;
  std::shared_ptr<toolbox> tools;
  /// The same tools with the repo and path of a task as defaults; none: `tools` for every task.
  std::function<std::shared_ptr<toolbox>(const llm_task&)> tools_for;
  std::shared_ptr<chat_model> model; ///< none: LLM_BASE_URL or LLM_MODEL is not set
  std::shared_ptr<model_tally> asked = std::make_shared<model_tally>(); ///< requests to it are counted here
  caf::actor endpoint; ///< an endpoint_actor, whose turns all requests to the model take; null: each goes at once
  caf::actor transcripts; ///< a transcript_actor, which is told all that happens in an llm run; null: nothing is kept
  std::shared_ptr<const task_codec> tasks;
  std::shared_ptr<const checkpoint_codec> checkpoints; ///< none: nothing is kept between attempts
  std::shared_ptr<const redactor> redact;              ///< never none
  std::string worker_id;
  std::vector<std::string> allowed_tools; ///< LLM_ALLOWED_TOOLS
  loop_limits loop;
  std::chrono::seconds job_time_max{300}; ///< RESULT_TIMEOUT_SEC
  std::function<uint64_t()> random;       ///< 64 random bits, callable from any thread
  std::function<int64_t()> wall_s;        ///< wall time, seconds since the Unix epoch; needed with transcripts
  bool detached = true; ///< false in tests: blocking calls then run in the scheduler's thread
};

using run_config_ptr = std::shared_ptr<const run_config>;

} // namespace claw
