#pragma once
// The databases inside the file, and how an overlay is written to them.

#include "storage/job_overlay.hpp"
#include "storage/lmdb_env.hpp"

#include <cstdint>
#include <functional>

namespace claw {

/// What the store says of itself.
struct store_meta {
  bool journaled = false; ///< a journal may hold what is not here
  uint64_t epoch = 0;     ///< 0: the store has never had a journal
  uint64_t settled = 0;   ///< sequence number of the last batch of the journal that is here
};

struct store_layout {
  MDB_dbi jobs = 0;
  MDB_dbi texts = 0;
  MDB_dbi events = 0;
  MDB_dbi open = 0;
  MDB_dbi tokens = 0; ///< 0, which LMDB gives nobody: a store that is only read, from before there were tokens
  MDB_dbi meta = 0;
  store_meta says; ///< when it was opened
};

/// Opens the databases, making them in a new file.
/// Errors: `store_broken` when the file is of a format that this program does not know; as lmdb_env::write.
outcome<store_layout> open_layout(lmdb_env& env);

/// Opens the databases in an environment that belongs to somebody else.
/// Errors: `store_broken`: a database is missing, or the format is unknown.
outcome<store_layout> read_layout(lmdb_env& env);

/// What the store says of itself in this snapshot. Errors: `store_broken`.
outcome<store_meta> read_meta(const lmdb_reader& reader, const store_layout& db);

/// @returns 0 or an LMDB error number.
int put_meta(MDB_txn* txn, const store_layout& db, const store_meta& x);

/// Writes everything that the overlay holds, database after database: neighbours in a page are written together.
/// @param half_put called on the way. @returns 0 or an LMDB error number.
int put_overlay(MDB_txn* txn, const store_layout& db, const job_overlay& changes,
                const std::function<void()>& half_put);

} // namespace claw
