#pragma once
// Whole jobs out of a store and into one, for whoever keeps them in another form.

#include "actors/domain/job_change.hpp"
#include "storage/store_check.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace claw {

/// What is wrong with a whole job, given as the one change that makes it: a plain sentence each.
std::vector<std::string> faults_of(const job_change& whole);

/// Calls `visit` for each job, the oldest first, all of one moment; the store may be in use. A job with faults is told
/// to the listener instead. Errors: `store_broken` (also when there were faults), and the visit's own, which end it.
outcome<check_counts> export_jobs(const store_image& store,
                                  const std::function<outcome<done>(const job_change& whole)>& visit,
                                  const check_listener& listener);

/// Gives one whole job after another to `take`, and ends at the first that it does not take.
using job_taker = std::function<outcome<done>(job_change whole)>;
using job_source = std::function<outcome<done>(const job_taker& take)>;

struct imported_jobs {
  uint64_t added = 0;
  uint64_t already_there = 0;     ///< a job with this id was: it stays as it is
  check_counts counts;            ///< of the store as it is now
  std::filesystem::path replaced; ///< where the store is that was there before; empty: there was none
};

/// Puts jobs into the store in the folder `to`, which nobody uses, or which is missing or empty: all of them or none.
/// They go into a copy, which is checked and takes the store's place in one step; the store as it was is kept beside
/// it. @param merge the store may have jobs. Errors: `bad_config` (it has; or a folder that is no store), `unavailable`
/// (it is in use), `io_failed`, `store_full`, `store_broken`, and those of the source.
outcome<imported_jobs> import_jobs(const std::filesystem::path& to, bool merge, const job_source& source,
                                   const check_listener& listener);

} // namespace claw
