#pragma once
// The jobs in LMDB. The format of the values stands in job_codec.hpp; the databases are
//
//   jobs    id           -> record
//   texts   id, kind     -> text
//   events  id, sequence -> event
//   open    id           -> nothing; what is queued or running, so that a start reads no history
//   tokens  what clients' tokens are known by; not a matter of jobs (settled_tokens.hpp)
//   meta    "format"     -> 1; 2 while a journal may hold what is not here, for programs that know none
//           "epoch"      -> the number that this store and its journal share
//           "settled"    -> sequence number of the last batch of the journal that is here
//
// What is here is always whole: each transaction takes LMDB's own durable way, and says in the same transaction up to
// which batch it goes.

#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/ports/kill_point.hpp"
#include "storage/ballast.hpp"
#include "storage/job_overlay.hpp"
#include "storage/lmdb_env.hpp"
#include "storage/store_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct job_counts {
  uint64_t all = 0;
  uint64_t open = 0; ///< of them
};

/// Threads: reading any, `settle` and the two of the journal one at a time.
class settled_jobs {
public:
  settled_jobs(std::shared_ptr<lmdb_env> env, const store_layout& layout, std::uint64_t ballast_bytes,
               kill_listener on_kill_point);

  const store_folder& folder() const noexcept { return env_->folder(); }

  // -- reading. Errors: `store_broken`
  //
  outcome<lmdb_reader> begin_read() const { return env_->begin_read(); }
  outcome<std::optional<std::string_view>> record(const lmdb_reader& reader, const job_id& id) const;
  outcome<std::optional<job>> find(const lmdb_reader& reader, const job_id& id) const;
  /// The view lives as long as the reader.
  outcome<std::optional<std::string_view>> text(const lmdb_reader& reader, const job_id& id, job_text kind) const;
  /// With what stands around the text; 0 where there is none.
  outcome<std::size_t> text_bytes(const lmdb_reader& reader, const job_id& id, job_text kind) const;
  /// Events with a sequence number above `after`, oldest first, as many as `slice` has room for.
  outcome<std::vector<job_event>> events(const lmdb_reader& reader, const job_id& id, uint64_t after,
                                         event_slice slice) const;
  outcome<lmdb_cursor> ids(const lmdb_reader& reader, bool only_open) const; ///< its keys are ids, in order
  outcome<job_counts> count() const;
  outcome<uint64_t> bytes_used() const { return env_->bytes_used({db_.jobs, db_.texts, db_.events, db_.open}); }

  // -- writing. Errors: `store_full`, `store_broken`
  //
  /// Commits what the overlay holds, which is all up to the batch `sequence`, in one transaction.
  /// @param to_last_room may spend the ballast
  outcome<done> settle(const job_overlay& changes, uint64_t sequence, bool to_last_room);
  uint64_t settled() const noexcept { return meta_.settled; }
  uint64_t epoch() const noexcept { return meta_.epoch; }

  /// Before a journal is used. @returns the number of the records that are this store's
  outcome<uint64_t> begin_journal();
  outcome<done> end_journal(); ///< when everything is settled

  /// How many bytes more fit: on the disk, in the map, into the largest file that the process may write.
  std::uint64_t room() const;

  /// Puts the ballast back where it was spent. @returns false when there is no room for it. Thread-safe.
  bool hold_ballast();

private:
  bool release_ballast();
  outcome<done> write(const job_overlay& changes, uint64_t sequence);

  std::shared_ptr<lmdb_env> env_;
  store_layout db_;
  store_meta meta_;
  kill_listener on_kill_point_;
  std::mutex ballast_mutex_;
  ballast ballast_;
};

} // namespace claw
