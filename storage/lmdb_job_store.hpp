#pragma once
// The port `job_store` on LMDB. The format of the values stands in job_codec.hpp; the databases are
//
//   jobs    id           -> record
//   texts   id, kind     -> text
//   events  id, sequence -> event
//   open    id           -> nothing; what is queued or running, so that a start reads no history
//   meta    "format"     -> the number of this layout
//
// When the disk is full, a batch that creates a job answers `store_full`. A batch that only moves
// jobs that are already there may use the ballast, a few reserved megabytes; while the ballast is
// spent, new jobs are refused, and the first creation that finds enough room puts it back.

#include "actors/ports/job_store.hpp"
#include "storage/lmdb_env.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace claw {

/// The places in a commit that a test can stop the program at.
enum class commit_step : uint8_t { begun, half_put, put, committed };

struct lmdb_store_options {
  lmdb_options map;
  std::uint64_t ballast_bytes = std::uint64_t{8} << 20;
  std::function<void(commit_step)> on_step; ///< for tests; called in the thread of `commit`
};

/// Opens the store in the folder `path` (BROKER_DB), making it when it is not there. One open a
/// folder, also within a process; the store must outlive everything that reads it. Errors:
/// `bad_config` (the path is no folder), `unavailable` (another process has it), `store_broken`
/// (not readable, or written in a format that this program does not know), `store_full`.
outcome<std::unique_ptr<job_store>> open_lmdb_job_store(const std::filesystem::path& path,
                                                        lmdb_store_options options = {});

} // namespace claw
