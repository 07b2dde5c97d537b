#pragma once
// A store as somebody sees it who does not own it: to look at and to copy, never to change. The owner may be at work
// meanwhile, in this machine; a copy that nobody owns is looked at the same way.
//
// The owner's newest batches stand in the journal alone. So a moment is: the journal's bytes first, then a snapshot of
// LMDB, then of the journal what the snapshot does not have. What was acknowledged before the first byte was read is in
// one of the two, because a journal file is written over only when LMDB has what it held. A record that is being
// written just then looks as after a power cut: nobody has been told of it. If the owner goes over to the other file in
// between, a record seems to be missing: then the moment is taken again.

#include "actors/domain/job.hpp"
#include "storage/batch_codec.hpp"
#include "storage/lmdb_env.hpp"
#include "storage/store_layout.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// All that a store says of one job, as it is stored. The views live as long as the visit.
struct stored_job {
  job_id id;
  bool indexed_open = false;              ///< stands in the index of open jobs
  std::optional<std::string_view> record; ///< none: other values belong to it, but it is no job
  std::vector<stored_event> events;       ///< by sequence number
  std::array<std::optional<std::string_view>, 4> texts; ///< by job_text
};

/// One thread at a time.
class store_image {
public:
  /// Errors: `bad_config` (there is no store), `store_broken` (not readable, or of a newer format).
  static outcome<store_image> open(const std::filesystem::path& folder);

  /// Calls `visit` for everything that has a job's id, by id, until it says false. Each job is of one moment; a moment
  /// lasts about a second, since the owner's file cannot reuse what it sees. Errors: `store_broken`.
  outcome<done> each_job(const std::function<bool(const stored_job&)>& visit) const;

  /// The same of one moment for all, however long the visits take: until then the owner's file grows instead of using
  /// again what is free. Errors: `store_broken`.
  outcome<done> each_job_at_once(const std::function<bool(const stored_job&)>& visit) const;

  /// Calls `visit` for every client's token as it is stored, by kid. Errors: `store_broken`.
  outcome<done> each_token(const std::function<void(std::string_view kid, std::string_view bytes)>& visit) const;

  /// How many jobs there are, for whoever tells how far he is. Errors: `store_broken`.
  outcome<uint64_t> jobs() const;

  /// Writes all of it, of one moment, into a folder that is there and empty; durable when it answers. The files are as
  /// after a crash: whoever opens the folder as a store recovers it. Errors: `io_failed`, `store_full`, `store_broken`.
  outcome<done> copy_to(const std::filesystem::path& folder) const;

private:
  struct moment;
  store_image(std::unique_ptr<lmdb_env> env, const store_layout& db) : env_(std::move(env)), db_(db) {}

  outcome<moment> take_moment() const;
  outcome<std::optional<job_id>> walk(const moment& now, std::optional<job_id> from,
                                      std::chrono::steady_clock::time_point until,
                                      const std::function<bool(const stored_job&)>& visit) const;

  std::unique_ptr<lmdb_env> env_;
  store_layout db_;
};

} // namespace claw
