#pragma once
// Stays with one job until its end is told: follows the broker's events (or asks again and again where the broker has
// none), keeps the status message up to date, shows typing while the job runs, then delivers the answer and ends.
//
//   in   taken_back   the request was deleted: a job that still waits is cancelled
//   out  ask_events, ask_job, ask_cancel to its producer_link; what a courier sends; errand_over to the intake

#include "actors/bot/bot_parts.hpp"
#include "actors/bot/errand_courier.hpp"
#include "actors/domain/job_story.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace claw {

struct job_watch_config {
  bot_parts_ptr parts;
  caf::actor_addr intake;
  errand what; ///< with a job id
  bool anew = false;
  job_story story;           ///< as the broker told it when it made the job
  bool others_speak = false; ///< another process had the job made
};

struct job_watch_state {
  job_watch_config config;
  caf::actor link;
  std::shared_ptr<errand_courier> courier;
  job_story story;
  std::string shown; ///< what the status message says
  std::chrono::steady_clock::time_point born, edited;
  uint64_t seen = 0;  ///< events
  uint32_t quiet = 0; ///< pages of events in a row without any
  uint32_t failures = 0;
  bool events_known = true; ///< false: a broker of the base contract
  bool status_said = false;
  bool editing = false;
  bool typing = false;
  std::optional<remote_job> ended; ///< it waits for the status message to be there

  ~job_watch_state() { caf::anon_send_exit(link, caf::exit_reason::user_shutdown); }

  actor_facts facts() const {
    return {{"job_id", config.what.job_id}, counted("events", seen), counted("failures", failures),
            {"ended", ended.has_value()}};
  }

  static inline const char* name = "job_watch";
};

caf::behavior job_watch_actor(observed<job_watch_state>* self, job_watch_config config);

} // namespace claw
