#pragma once
// LMDB with owners for its handles and failures for its error numbers.
//
// The rules of LMDB that the callers of this header rely on (@source lmdb.h, "Caveats"): one
// environment a process and file; one write transaction at a time; read transactions are short,
// because the file cannot reuse what they see; the map grows only while no transaction is open.
// Flags are the durable defaults, plus MDB_NOTLS, because readers move between threads.

#include "actors/domain/error.hpp"
#include "storage/store_folder.hpp"

#include <lmdb.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace claw {

class lmdb_env;

/// A snapshot for reading. What it reads lives as long as it does. One thread at a time.
class lmdb_reader {
public:
  lmdb_reader(lmdb_reader&& other) noexcept;
  lmdb_reader& operator=(lmdb_reader&&) = delete;
  ~lmdb_reader();

  /// @returns none when there is no such key. Errors: `store_broken`.
  outcome<std::optional<std::string_view>> get(MDB_dbi database, std::string_view key) const;

  /// How many keys the database has. Errors: `store_broken`.
  outcome<std::uint64_t> entries(MDB_dbi database) const;

private:
  friend class lmdb_env;
  friend class lmdb_cursor;
  lmdb_reader(const lmdb_env& env, std::shared_lock<std::shared_mutex> open, MDB_txn* txn)
      : env_(&env), open_(std::move(open)), txn_(txn) {}

  const lmdb_env* env_;
  std::shared_lock<std::shared_mutex> open_;
  MDB_txn* txn_;
};

/// A place in a database of a snapshot.
class lmdb_cursor {
public:
  /// Errors: `store_broken`.
  static outcome<lmdb_cursor> open(const lmdb_reader& reader, MDB_dbi database);

  /// Moves (MDB_FIRST, MDB_LAST, MDB_NEXT, MDB_PREV). @returns false at the end. Errors: `store_broken`.
  outcome<bool> move(MDB_cursor_op how);

  /// Moves to the first key that is not below `key`. @returns false when there is none. Errors: `store_broken`.
  outcome<bool> seek(std::string_view key);

  /// Moves to the last key below `key`. @returns false when there is none. Errors: `store_broken`.
  outcome<bool> seek_below(std::string_view key);

  std::string_view key() const noexcept { return key_; }
  std::string_view value() const noexcept { return value_; }

private:
  struct closer {
    void operator()(MDB_cursor* x) const { mdb_cursor_close(x); }
  };
  explicit lmdb_cursor(MDB_cursor* x) : cursor_(x) {}
  outcome<bool> get(std::string_view key, MDB_cursor_op how);

  std::unique_ptr<MDB_cursor, closer> cursor_;
  std::string_view key_;
  std::string_view value_;
};

struct lmdb_options {
  std::size_t map_bytes = std::size_t{16} << 30;      ///< address space; the file takes only what is used
  std::size_t map_bytes_max = std::size_t{256} << 30; ///< how far the map may grow
  unsigned readers_max = 512;
  std::chrono::seconds reader_check_pause{60}; ///< how often a write looks for readers that died
};

/// An open environment. Any thread; writers wait for each other.
class lmdb_env {
public:
  /// What is done in a write transaction. Answers 0 or an LMDB error number, which undoes it all.
  using work = std::function<int(MDB_txn*)>;

  /// Opens `data.mdb` in the folder, making it (0600) when it is not there.
  /// Errors: `store_broken`, `store_full`.
  static outcome<std::unique_ptr<lmdb_env>> open(store_folder folder, const lmdb_options& options);

  /// Opens an environment that another process may be using, to read and to copy; nothing is written, but that a reader
  /// is there. Errors: `io_failed` (no right to read), `store_broken`.
  static outcome<std::unique_ptr<lmdb_env>> open_to_read(store_folder folder);

  ~lmdb_env();
  lmdb_env(const lmdb_env&) = delete;
  lmdb_env& operator=(const lmdb_env&) = delete;

  const store_folder& folder() const noexcept { return folder_; }

  /// Errors: `store_broken`.
  outcome<lmdb_reader> begin_read() const;

  /// Writes a consistent copy of the file, without what is free in it. Errors: `store_full`, `store_broken`.
  outcome<done> copy_to(int fd) const;

  /// Runs `what` in a read transaction whose database handles stay open. Errors: `store_broken`.
  outcome<done> read_handles(const work& what);

  /// Runs `what` and makes it durable. When the map is too small it grows and `what` runs again from the start. Now and
  /// then the snapshots of readers that died are dropped first: they keep pages from being used again, which matters to
  /// nobody but writers. Errors: `store_full` (no room on the disk, or the map cannot grow), `store_broken`.
  outcome<done> write(const work& what);

  /// The bytes of the pages that these databases take. Errors: `store_broken`.
  outcome<std::uint64_t> bytes_used(std::initializer_list<MDB_dbi> databases) const;

  /// By how many bytes the file may grow: what disk, map, and allowance of the process leave.
  std::uintmax_t room() const;

private:
  friend class lmdb_reader;
  struct closer {
    void operator()(MDB_env* x) const { mdb_env_close(x); }
  };
  lmdb_env(store_folder folder, std::unique_ptr<MDB_env, closer> env, const lmdb_options& options)
      : folder_(std::move(folder)), env_(std::move(env)), options_(options) {}

  int begin_read_only(MDB_txn** txn) const;
  int try_write(const work& what);
  bool grow();
  failure failure_of(int error) const;

  store_folder folder_; // outlives the environment: its lock is the last thing to go
  std::unique_ptr<MDB_env, closer> env_;
  lmdb_options options_;
  std::mutex write_mutex_;
  std::chrono::steady_clock::time_point readers_checked_; ///< guarded by it
  mutable std::shared_mutex open_; ///< shared by open transactions, exclusive while the map grows
  mutable std::mutex idle_mutex_;
  mutable std::vector<MDB_txn*> idle_; ///< reset read transactions: renewing one is much cheaper than beginning one
};

} // namespace claw
