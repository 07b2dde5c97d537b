#pragma once
// The work of the crash tests: batch n creates sixteen jobs and finishes half of those of batch n - 1. What a store
// must hold after batch n follows from n alone, so the test can check all of it without a log.

#include "storage/journaled_job_store.hpp"
#include "test/support/sample_jobs.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace claw::crash {

inline constexpr uint64_t jobs_per_batch = 16;

/// Sizes from nothing to several pages of the file.
inline std::string payload_of(uint64_t job) {
  return std::string(job * 7919 % 9'000, static_cast<char>('a' + job % 26));
}

inline std::string result_of(uint64_t job) {
  return "result " + std::to_string(job);
}

/// Jobs are numbered from 1, batches from 1.
inline uint64_t first_job(uint64_t batch) {
  return (batch - 1) * jobs_per_batch + 1;
}

inline bool ends(uint64_t job) {
  return job % 2 == 0;
}

inline std::vector<job_change> changes_of(uint64_t batch) {
  std::vector<job_change> changes;
  for (uint64_t n = first_job(batch); n < first_job(batch + 1); ++n)
    changes.push_back(creation(n, payload_of(n)));
  if (batch > 1)
    for (uint64_t n = first_job(batch - 1); n < first_job(batch); ++n)
      if (ends(n))
        changes.push_back(completion(n, result_of(n)));
  return changes;
}

/// A store whose files are so small that they fill up and grow often. @param journal_bytes 0: no journal
inline job_store_options tight_options(std::size_t journal_bytes) {
  job_store_options x;
  x.map.map_bytes = std::size_t{1} << 20;
  x.ballast_bytes = std::size_t{64} << 10;
  x.journal.file_bytes = journal_bytes;
  x.gather = std::chrono::milliseconds{2};
  return x;
}

} // namespace claw::crash
