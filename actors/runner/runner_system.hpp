#pragma once
// The whole claiming side of a runner inside one actor system: links, claims, leases, progress and outbox. A program
// builds one over libcurl and real files; a test over fakes and a clock that it moves by hand.

#include "actors/ports/broker_api.hpp"
#include "actors/ports/outbox_store.hpp"
#include "actors/ports/task_codec.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/runner/run_config.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct runner_system_config {
  worker_identity me;
  std::vector<std::string> commands;               ///< what it can do, llm_task included
  uint32_t slots = 1;                              ///< WORKER_SLOTS: jobs at once
  std::chrono::seconds claim_wait{25};             ///< how long a broker is asked to hold a claim
  std::chrono::milliseconds poll_interval{10'000}; ///< POLL_INTERVAL_SEC
  /// False where a test drives the scheduler: blocking calls then run in its thread.
  bool detached = true;
};

/// What the runner needs of the world besides the actor clock. The functions are called from several threads.
struct runner_world {
  std::function<std::shared_ptr<worker_api>()> connect; ///< called once for each link
  std::shared_ptr<outbox_store> outbox;
  std::shared_ptr<const task_codec> codec;
  caf::actor endpoint;    ///< of the model, as in run_config; it ends with the runner; null: none is watched
  caf::actor transcripts; ///< as in run_config; ends with the runner; null: none are kept
  /// Starts the work on a granted job; `job_run_of` makes the real one.
  std::function<caf::actor(caf::event_based_actor* parent, const remote_job& job)> start_run;
  std::function<int64_t()> wall_s;  ///< wall time, seconds since the Unix epoch
  std::function<uint64_t()> random; ///< 64 random bits
  std::function<void()> on_give_up; ///< a part has crashed: the program should end (70)
};

/// Claims from the moment it is built. Must be destroyed before the actor system.
class runner_system {
public:
  runner_system(caf::actor_system& system, runner_system_config config, runner_world world);
  runner_system(const runner_system&) = delete;
  runner_system& operator=(const runner_system&) = delete;
  ~runner_system();

  /// Claims nothing more, ends what runs, gives those jobs back, and brings what is not delivered to disk. Blocks.
  /// @returns false when the deadline passed first
  bool shutdown(std::chrono::milliseconds deadline);

  /// Asks the actors whether they are there. Blocks. @returns none when they did not answer in time
  std::optional<pulse_answer> pulse(std::chrono::milliseconds deadline);

  /// For tests that drive the scheduler: begins a shutdown and returns.
  void begin_shutdown();

private:
  caf::actor_system& system_;
  caf::actor root_;
};

/// The real work: a job_run_actor that shares `config`.
std::function<caf::actor(caf::event_based_actor*, const remote_job&)>
job_run_of(run_config_ptr config);

} // namespace claw
