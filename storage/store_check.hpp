#pragma once
// Whether a store is whole: every checksum, every event chain, the index of open jobs, and what must hold of each job
// (actors/domain/job_soundness.hpp); and whether every client's token can be read.

#include "storage/store_image.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace claw {

struct check_counts {
  uint64_t jobs = 0;
  uint64_t events = 0;
  uint64_t unchained = 0; ///< of these events: written before there were chains, so that only their checksums count
  uint64_t texts = 0;
  uint64_t tokens = 0; ///< of clients
  uint64_t problems = 0;
};

struct check_listener {
  std::function<void(const job_id& id, const std::string& what)> problem;
  std::function<void(const check_counts& so_far)> job_done; ///< empty: nobody asks
  std::function<void(std::string_view kid, const std::string& what)> token_problem{}; ///< likewise
};

/// Looks at everything. Errors: `store_broken` when it cannot be read to its end.
outcome<check_counts> check_store(const store_image& store, const check_listener& listener);

/// What is wrong with one job, a plain sentence each. @param counts is added to
std::vector<std::string> problems_of(const stored_job& x, check_counts& counts);

} // namespace claw
