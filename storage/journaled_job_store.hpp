#pragma once
// The port `job_store`: a write-ahead journal in front of LMDB.
//
// A commit writes its batch into the journal (journal.hpp), flushes it once, shows it to readers from memory, and
// answers. A thread (settler.hpp) takes what has gathered to LMDB (settled_jobs.hpp) every few milliseconds, in one
// transaction that says up to which batch it goes. At a start, the batches above that number are taken to LMDB first.
//
// A batch that may not find room in LMDB later is not journaled: it waits until all before it is settled and then goes
// into LMDB directly, so that the answer is LMDB's. So do batches larger than a journal file, and all batches once the
// journal could not be written.
//
// When the disk is full, a batch that creates a job answers `store_full`. Settling, and a direct batch that only moves
// jobs that are already there, may use the ballast, a few reserved megabytes; while the ballast is spent, new jobs are
// refused, and the first creation that finds enough room puts it back. What cannot be settled stays in the journal and
// in memory, readable, and is tried again every second.
//
// A copy of data.mdb alone (mdb_copy) is a whole store that lacks the last milliseconds.

#include "actors/domain/commit_tally.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/ports/kill_point.hpp"
#include "actors/ports/token_store.hpp"
#include "storage/journal.hpp"
#include "storage/lmdb_env.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace claw {

struct job_store_options {
  lmdb_options map;
  std::uint64_t ballast_bytes = std::uint64_t{8} << 20;
  journal_options journal;
  std::chrono::milliseconds gather{30}; ///< how long batches gather before they are settled together
  std::shared_ptr<commit_tally> tally = std::make_shared<commit_tally>(); ///< what it commits is counted here
  kill_listener on_kill_point;          ///< for tests
};

/// The two halves of one store: each may go before the other.
struct broker_stores {
  std::unique_ptr<job_store> jobs;
  std::unique_ptr<token_store> tokens;
};

/// Opens the store in the folder `path` (BROKER_DB), making it when it is not there. One open a
/// folder, also within a process; the store must outlive everything that reads it. Errors:
/// `bad_config` (the path is no folder), `unavailable` (another process has it), `store_broken`
/// (not readable, or written in a format that this program does not know), `store_full`.
outcome<broker_stores> open_broker_stores(const std::filesystem::path& path,
                                          job_store_options options = {});

/// The jobs alone.
outcome<std::unique_ptr<job_store>> open_job_store(const std::filesystem::path& path,
                                                   job_store_options options = {});

} // namespace claw
