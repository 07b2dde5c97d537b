#pragma once
// One transition of one job, as it is made durable.

#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// The record after the transition, what happened, and the texts it sets or clears. A text that is
/// not named stays as it is.
struct job_change {
  job after;
  std::vector<job_event> events;
  std::vector<std::pair<job_text, std::optional<std::string>>> texts; ///< none clears the text
};

/// True for a change that brings a new job into the store, whatever else it does to it.
inline bool creates_job(const job_change& x) {
  return !x.events.empty() && x.events.front().kind == job_event_kind::created;
}

} // namespace claw
