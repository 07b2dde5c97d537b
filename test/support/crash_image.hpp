#pragma once
// The files of a store as they are at this instant, as if the machine had stopped.

#include "storage/journaled_job_store.hpp"
#include "test/support/catch.hpp"

#include <filesystem>
#include <memory>

namespace claw {

/// Copies what a store would find after a crash. The store may be open, but must not be settling.
inline void take_crash_image(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  for (const auto* file : {"data.mdb", "journal.0", "journal.1"})
    if (std::filesystem::exists(from / file))
      std::filesystem::copy_file(from / file, to / file,
                                 std::filesystem::copy_options::overwrite_existing);
}

/// A store with small files that settles only when it must.
inline job_store_options lazy_options(std::size_t journal_bytes = 256 << 10) {
  job_store_options x;
  x.ballast_bytes = 0;
  x.journal.file_bytes = journal_bytes;
  x.gather = std::chrono::hours{1};
  return x;
}

inline std::unique_ptr<job_store> must_open(const std::filesystem::path& path,
                                            job_store_options options = lazy_options()) {
  auto store = open_job_store(path, std::move(options));
  if (!store)
    FAIL(store.error().why);
  return *std::move(store);
}

inline failure refusal_of(const std::filesystem::path& path,
                          job_store_options options = lazy_options()) {
  const auto store = open_job_store(path, std::move(options));
  REQUIRE_FALSE(store);
  return store.error();
}

} // namespace claw
