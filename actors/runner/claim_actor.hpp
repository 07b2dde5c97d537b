#pragma once
// The runner's foreman: claims jobs while it has a free slot, starts a job_run and a lease_keeper for each, and sends
// off how each ended. It never blocks and knows no HTTP.
//
//   in   run_outcome, run_progress       from its runs
//        lease_gone, cancel_asked        from lease keepers and progress
//        endpoint_news                   from the model's endpoint: its caps come and go with it
//        pulse_question                  from whoever wants to know that the actors answer
//        stop_order                      once; answered when every job is reported or given back
//   out  claim_order, release_order to links; run_progress, progress_flush to progress; run_report to the outbox, and
//        outbox_clear before each claim

#include "actors/domain/claim_pace.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/endpoint_messages.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct claim_config {
  /// Spawns the run of a granted job; it reports to `parent` as job_run does. The claim actor monitors it.
  std::function<caf::actor(caf::event_based_actor* parent, const remote_job& job)> start_run;

  caf::actor claims;   ///< a link for claims only
  caf::actor renewals; ///< a link for lease keepers
  caf::actor asks;     ///< a link for their questions
  caf::actor reports;  ///< a link, here for releases
  caf::actor progress;
  caf::actor outbox;
  caf::actor endpoint; ///< of the model that the `llm:` caps stand for; null: they are always advertised

  std::string worker_id;
  claw::caps caps; ///< what it is set up for
  std::vector<std::string> commands; ///< what runs can do, llm_task included
  uint32_t slots = 1;                ///< WORKER_SLOTS
  std::chrono::seconds wait{25};     ///< how long a broker is asked to hold a claim
  std::chrono::milliseconds poll_interval{10'000};
  std::chrono::milliseconds stop_time_max{
      4'000}; ///< after it, jobs are given back whether their runs ended or not
  std::function<int64_t()> wall_s;
  std::function<uint64_t()> random;
};

/// Why a run was told to end early; what is then said to the broker.
enum class stop_cause : uint8_t {
  none,
  lease_lost, ///< nothing: the job is somebody else's
  cancelled,  ///< the failure `cancelled`
  shutdown,   ///< the job is given back
};

struct run_slot {
  job_hold hold;
  caf::actor run; ///< held: a monitor alone keeps nobody alive
  caf::actor keeper;
  stop_cause cause = stop_cause::none;
};

struct claim_state {
  claim_config config;
  claim_pace pace;
  std::vector<run_slot> slots; ///< the busy ones
  bool claiming = false;       ///< a claim, or what goes before one, is under way
  bool claim_waits = false;    ///< until nothing is `closing`
  stop_source held;            ///< ends the claim that is being held
  std::optional<endpoint_news> model; ///< the latest of the endpoint; none: nothing heard yet
  bool stopping = false;
  uint32_t closing = 0; ///< reports and releases on their way
  caf::response_promise stopped;

  ~claim_state();

  actor_facts facts() const {
    return {counted("slots", config.slots), counted("busy", slots.size()), {"claiming", claiming},
            counted("closing", closing), {"stopping", stopping}};
  }

  static inline const char* name = "claim";
};

caf::behavior claim_actor(observed<claim_state>* self, claim_config config);

} // namespace claw
