#pragma once
// The database of the old Python broker: SQLite, one table `jobs`.

#include "actors/domain/error.hpp"
#include "apps/transfer/old_broker_job.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace claw {

/// Calls `visit` for each job, the oldest first, until it fails; nothing is written. Columns that came later than the
/// table (`started_at`, `lease_until`, `worker_id`, `requires`, ...) may be missing.
/// Errors: `bad_config` (there is no such file, or it is no database of that broker), and the visit's own.
outcome<done> read_old_broker(const std::filesystem::path& file,
                              const std::function<outcome<done>(const old_broker_job&)>& visit);

} // namespace claw
