#pragma once
// All metrics of the broker (docs/HTTP_API.md, "Metrics"). No label has a value that a stranger may invent without
// bound: caps are shown for the largest groups, everything else comes from a closed list.

#include "actors/domain/clock_watch.hpp"
#include "actors/domain/commit_tally.hpp"
#include "actors/domain/prune_tally.hpp"
#include "actors/protocol/broker_messages.hpp"
#include "net/api_tally.hpp"
#include "net/http_tally.hpp"
#include "net/process_figures.hpp"

#include <cstdint>
#include <string>

namespace claw {

struct metrics_facts {
  const commit_tally& commits;
  const prune_tally& pruned;
  const http_tally& http;
  const api_tally& api;
  const clock_watch& clock;
  const queue_facts& queue;
  outcome<store_usage> store;
  process_figures process;
  int64_t now_s = 0; ///< wall
};

/// @returns the whole page
std::string metrics_page(const metrics_facts& x);

} // namespace claw
