#pragma once
// What is in the journal and not yet in LMDB, and the thread that takes it there.
//
// Two overlays: `gathering` takes what is committed now, `settling` is on its way into LMDB. To settle is to swap them,
// to write the older one into LMDB in one transaction, and to forget it. Each overlay has a journal file of its own, so
// that the file is free when its overlay is forgotten. At most these two are there: who commits faster than LMDB takes
// it waits.
//
// Readers look at both overlays and begin their LMDB snapshot under one lock. At that instant LMDB holds everything
// older than `settling`, and all or nothing of it: so the overlays over the snapshot are one consistent moment.

#include "storage/job_overlay.hpp"
#include "storage/journal.hpp"
#include "storage/settled_jobs.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace claw {

/// What keeps the bytes of one moment: views into the overlays, and LMDB's snapshot.
struct read_moment {
  std::array<std::shared_ptr<const job_overlay>, 2> kept;
  lmdb_reader settled;
};

/// Threads: `look` any; everything else is the committer's, one thread at a time.
class settler {
public:
  /// @param recovered is settled first @param last the sequence number up to which it goes
  settler(settled_jobs& db, std::shared_ptr<job_overlay> recovered, uint64_t last,
          std::chrono::milliseconds gather, kill_listener on_kill_point);

  ~settler() { stop(); }

  /// Settles everything that can be settled, and ends the thread. @returns true when nothing is left
  bool stop();

  /// Calls `pick` with the overlays, the older first, under the lock; what it takes of them, and all that LMDB says, is
  /// of one moment and lives as long as what is returned. Errors: `store_broken`.
  template <class Pick>
  outcome<read_moment> look(Pick pick) const {
    const std::lock_guard lock{mutex_};
    auto settled = db_.begin_read();
    if (!settled)
      return settled.error();
    if (settling_)
      pick(*settling_);
    pick(*gathering_);
    return read_moment{{settling_, gathering_}, *std::move(settled)};
  }

  /// Makes sure that a record of so many bytes fits into the journal, and that its file stays where
  /// it is until `publish` or `give_up`. Errors: those of LMDB, when there is no room and settling makes none.
  outcome<done> begin_append(journal& to, std::size_t bytes);

  /// Shows readers a batch that is durable.
  void publish(std::string record, std::size_t payload_size, uint64_t sequence);
  void give_up();

  /// Waits until LMDB holds everything. Errors: those of LMDB.
  outcome<done> settle_all();

  /// Why the last attempt to settle failed, until one succeeds.
  std::optional<failure> trouble() const;
  std::size_t bytes_pending() const; ///< in memory and in the journal, not in LMDB

private:
  using held_lock = std::unique_lock<std::mutex>;

  void run();
  void gather(held_lock& held);
  void settle(held_lock& held);
  void swap_overlays();
  outcome<done> await_settled(held_lock& held);

  settled_jobs& db_;
  const std::chrono::milliseconds gather_;
  const kill_listener on_kill_point_;

  mutable std::mutex mutex_; ///< guards all below
  std::condition_variable work_;
  std::condition_variable attempted_;
  std::shared_ptr<job_overlay> gathering_ = std::make_shared<job_overlay>();
  std::shared_ptr<job_overlay> settling_; ///< none: nothing is being settled
  uint64_t last_;                         ///< the newest batch in either overlay
  uint64_t settling_to_;                  ///< the newest batch in `settling_`
  journal* journal_ = nullptr;            ///< whose file changes when the overlays do
  std::chrono::steady_clock::time_point gathering_since_;
  std::optional<failure> trouble_;
  uint64_t failures_ = 0;
  bool appending_ = false;   ///< a record is being written that belongs to `gathering_`
  bool swap_wanted_ = false; ///< whoever appends swaps when it is done
  bool hurry_ = false;       ///< somebody waits
  bool stopping_ = false;

  std::thread thread_; // last: it uses everything above
};

} // namespace claw
