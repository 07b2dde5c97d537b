#pragma once
// What the broker needs from a store of jobs. `storage/` implements it on disk, `test/support` in
// memory; one conformance suite (test/conformance) holds both to this header.

#include "actors/domain/error.hpp"
#include "actors/domain/job.hpp"
#include "actors/domain/job_change.hpp"
#include "actors/domain/job_event.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// What a listing is narrowed to; an empty field does not narrow.
struct job_filter {
  std::optional<job_status> status;
  std::string command;
  std::string worker_id;
  std::string requester;
  std::string owner{}; ///< the principal that created it
};

/// A page of a listing.
struct job_page {
  std::vector<job> jobs;
  std::optional<job_id> next; ///< pass as `before` (or `after`) for the next page; none at the end
};

/// How much of a job's events is read at once.
struct event_slice {
  // Implicit: most readers know that their events are few or small.
  event_slice(std::size_t most) : events(most) {} // NOLINT(google-explicit-constructor)
  event_slice(std::size_t most, std::size_t enough) : events(most), bytes(enough) {}

  bool full() const noexcept { return events == 0 || bytes == 0; }

  /// It holds one more event, with so much data.
  void take(std::size_t data_bytes) noexcept {
    events -= std::min<std::size_t>(events, 1);
    bytes -= std::min(bytes, data_bytes);
  }

  std::size_t events;                                          ///< at most so many
  std::size_t bytes = std::numeric_limits<std::size_t>::max(); ///< the event whose data reaches this is the last
};

struct text_beginning {
  std::string text;      ///< may end within a character
  std::size_t bytes = 0; ///< of the whole text
};

/// What a store takes, and how much more it can take.
struct store_usage {
  uint64_t jobs = 0;          ///< records, ended jobs too; those of the last milliseconds may be missing
  uint64_t open_jobs = 0;     ///< of them those that are queued or running
  uint64_t job_bytes = 0;     ///< that the jobs take where they are kept; those of the last milliseconds may be missing
  uint64_t file_bytes = 0;    ///< of all its files, with what is free in them
  uint64_t room_bytes = 0;    ///< how much it may still grow: disk, map, allowance of the process
  uint64_t pending_bytes = 0; ///< durable, and not yet where they stay
  bool takes_new_jobs = true; ///< false: there is room for finishing what is there, and for no more. What is counted
                              ///< here may then be out of date for long
};

/// Reading. Every function sees all commits that were acknowledged before the call, may be called
/// from any thread at any time, and never waits for the writer. Errors: `store_broken` when the
/// data cannot be read or a record's checksum is wrong.
class job_reader {
public:
  virtual ~job_reader() = default;

  /// @returns none for an unknown id.
  virtual outcome<std::optional<job>> find(const job_id& id) const = 0;

  /// The record with payload, result and error. @returns none for an unknown id.
  virtual outcome<std::optional<job_document>> document(const job_id& id) const = 0;

  /// @returns none where the job has no such text.
  virtual outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const = 0;

  /// The first bytes of a text, checked but not held as a whole. @returns none where the job has no such text.
  virtual outcome<std::optional<text_beginning>> beginning(const job_id& id, job_text kind,
                                                           std::size_t bytes_max) const = 0;

  /// How many bytes payload, result and error take together, to within some dozens. @returns 0 for an unknown id
  virtual outcome<std::size_t> text_bytes(const job_id& id) const = 0;

  /// Events with a sequence number above `after`, oldest first, as many as `slice` has room for.
  virtual outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const = 0;

  /// Calls `visit` for every job that is queued or running, oldest first.
  virtual outcome<done> each_open(const std::function<void(const job&)>& visit) const = 0;

  /// Jobs that pass the filter, newest first, below `before` where given. Looks at a bounded number
  /// of records: a page may be shorter than `limit`, even empty, and still have a `next`.
  virtual outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                                 std::size_t limit) const = 0;

  /// Jobs with ids above `after`, oldest first, at most `limit`; `next` is to be passed as `after`. Looks at a bounded
  /// number of records: a page may be shorter than `limit`, even empty, and still have a `next`.
  virtual outcome<job_page> oldest(std::optional<job_id> after, std::size_t limit) const = 0;

  /// The greatest id in the store; all zeros when it is empty.
  virtual outcome<job_id> newest() const = 0;

  virtual outcome<store_usage> usage() const = 0;
};

/// Reading and writing. One owner, one thread at a time may commit.
class job_store : public job_reader {
public:
  /// Makes all the changes durable as one batch, in order, or none of them.
  /// When it answers done, the changes survive a kill and a power cut.
  /// Errors: `store_full` (the disk or the map is full; everything before stays readable, and later commits may
  /// succeed: those without a `created` event at once, from room kept for them), `store_broken`.
  virtual outcome<done> commit(const std::vector<job_change>& changes) = 0;

  /// Takes these jobs out with all that belongs to them, as durable and whole as a commit; ids that are not there are
  /// passed over. Whoever holds a record of such a job must not commit it again. Errors: as `commit`.
  virtual outcome<done> erase(const std::vector<job_id>& ids) = 0;
};

} // namespace claw
