#pragma once
// What a store must hold after some of the batches of batches.hpp, looked at job by job.

#include "test/crash/batches.hpp"
#include "test/support/catch.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace claw::crash {

template <class T>
T must(outcome<T> x) {
  if (!x)
    FAIL(x.error().why);
  return *std::move(x);
}

inline void check_job(const job_reader& store, uint64_t n, bool ended) {
  const auto document = must(store.document(sample_id(n)));
  REQUIRE(document);
  auto expected = ended ? completion(n) : creation(n);
  const auto events = must(store.events(sample_id(n), 0, 10));
  const bool whole
      = document->head == expected.after && document->payload == payload_of(n)
        && document->result == (ended ? std::optional{result_of(n)} : std::nullopt)
        && events.size() == expected.after.events;
  if (!whole)
    FAIL("job " << n << " is there by half");
}

/// Opens the store, checks every job in it. @returns the last batch that it holds.
inline uint64_t check_store(const std::filesystem::path& folder, std::size_t journal_bytes,
                            uint64_t acknowledged) {
  const auto store = must(open_job_store(folder, tight_options(journal_bytes)));
  uint64_t batch = acknowledged;
  if (must(store->find(sample_id(first_job(batch + 1)))))
    ++batch; // the commit was done, only its acknowledgement was not
  const uint64_t jobs = batch * jobs_per_batch;
  CHECK(must(store->newest()) == (jobs == 0 ? job_id{} : sample_id(jobs)));
  std::vector<job_id> open;
  for (uint64_t n = 1; n <= jobs; ++n) {
    const bool ended = ends(n) && n < first_job(batch);
    check_job(*store, n, ended);
    if (!ended)
      open.push_back(sample_id(n));
  }
  std::vector<job_id> found;
  must(store->each_open([&](const job& x) { found.push_back(x.id); }));
  CHECK((found == open));
  return batch;
}

} // namespace claw::crash
