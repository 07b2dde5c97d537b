#pragma once
// The databases inside the file, and how one change of a job is written to them.

#include "actors/ports/job_store.hpp"
#include "storage/lmdb_env.hpp"

#include <string>

namespace claw {

struct store_layout {
  MDB_dbi jobs = 0;
  MDB_dbi texts = 0;
  MDB_dbi events = 0;
  MDB_dbi open = 0;
  MDB_dbi meta = 0;
};

/// Opens the databases, making them in a new file.
/// Errors: `store_broken` when the file is of a format that this program does not know; as lmdb_env::write.
outcome<store_layout> open_layout(lmdb_env& env);

/// Writes one change. @param bytes a buffer to reuse. @returns 0 or an LMDB error number.
int put_change(MDB_txn* txn, const store_layout& db, const job_change& x, std::string& bytes);

} // namespace claw
