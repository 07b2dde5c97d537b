#pragma once
// The program openclaw-broker as a function: opens the store, starts the actors of the broker and the HTTP server in
// front of them, and ends in good order on SIGTERM or SIGINT. `main` stands apart, so that the programs of the tests
// are this broker too, with something slipped in.

#include "actors/protocol/front_doors.hpp"
#include "storage/journaled_job_store.hpp"

#include <functional>
#include <memory>

namespace claw {

/// What a test may slip in; openclaw-broker slips in nothing.
struct broker_seams {
  job_store_options store; ///< its kill points are also the broker's
  std::function<std::unique_ptr<job_store>(job_store& real)> instead_of_store; ///< empty: the real one
  std::function<std::unique_ptr<broker_front_door>(broker_front_door& real)> instead_of_door;
};

/// @returns the exit code: 0, 64 (usage), 70 (internal), 78 (configuration)
int run_broker(int argc, char** argv, const broker_seams& seams);

} // namespace claw
