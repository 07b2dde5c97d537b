// How many jobs a second does the store take, by the size of the batch? And how fast are its reads?
//
//   store_commits FOLDER [SECONDS_EACH [JOURNAL_BYTES]]
//
// JOURNAL_BYTES 0 measures LMDB without a journal in front of it.

#include "storage/journaled_job_store.hpp"
#include "test/support/sample_jobs.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace claw;

namespace {

using bench_clock = std::chrono::steady_clock;

double seconds_since(bench_clock::time_point start) {
  return std::chrono::duration<double>(bench_clock::now() - start).count();
}

/// Creates jobs in batches of one size. @returns the number of the last job.
uint64_t measure_creating(job_store& store, uint64_t last, std::size_t batch, double seconds) {
  const std::string payload(512, 'p');
  const auto first = last;
  uint64_t commits = 0;
  double spent = 0;
  for (const auto start = bench_clock::now(); seconds_since(start) < seconds; ++commits) {
    std::vector<job_change> changes;
    for (std::size_t i = 0; i < batch; ++i)
      changes.push_back(creation(++last, payload));
    const auto begin = bench_clock::now();
    if (const auto x = store.commit(changes); !x) {
      std::fprintf(stderr, "store_commits: %s\n", x.error().why.c_str());
      std::exit(1);
    }
    spent += seconds_since(begin);
  }
  std::printf("batch=%zu commits_s=%.0f jobs_s=%.0f us_a_job=%.1f\n", batch,
              static_cast<double>(commits) / spent, static_cast<double>(last - first) / spent,
              spent * 1e6 / static_cast<double>(last - first));
  return last;
}

void measure_reading(const job_store& store, uint64_t last, double seconds) {
  uint64_t reads = 0;
  const auto start = bench_clock::now();
  for (uint64_t n = 1; seconds_since(start) < seconds; ++reads, n = n * 48'271 % last + 1)
    if (const auto x = store.document(sample_id(n)); !x || !*x)
      std::exit(1);
  std::printf("document reads_s=%.0f\n", static_cast<double>(reads) / seconds_since(start));
  const auto begin = bench_clock::now();
  uint64_t open = 0;
  if (!store.each_open([&](const job&) { ++open; }))
    std::exit(1);
  std::printf("each_open jobs=%llu seconds=%.3f\n", static_cast<unsigned long long>(open),
              seconds_since(begin));
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: store_commits FOLDER [SECONDS_EACH [JOURNAL_BYTES]]\n");
    return 64;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  job_store_options options;
  if (argc > 3)
    options.journal.file_bytes = std::strtoull(argv[3], nullptr, 10);
  const auto store = open_job_store(argv[1], options);
  if (!store) {
    std::fprintf(stderr, "store_commits: %s\n", store.error().why.c_str());
    return 1;
  }
  uint64_t last = 0;
  for (const std::size_t batch : {1u, 25u, 64u, 1'024u})
    last = measure_creating(**store, last, batch, seconds);
  measure_reading(**store, last, seconds);
}
