#pragma once
// Where a runner keeps what it could not deliver, so that a finished job survives a broker that is away and a restart
// of the runner. `apps/outbox_files` implements it. Calls block (they wait for the disk); one owner.

#include "actors/domain/error.hpp"
#include "actors/domain/run_report.hpp"

#include <vector>

namespace claw {

class outbox_store {
public:
  virtual ~outbox_store() = default;

  /// On disk when it returns. A report of the same job and lease is replaced. Errors: `io_failed`.
  virtual outcome<done> keep(const run_report& x) = 0;

  /// It is no error when it is not there. Errors: `io_failed`.
  virtual outcome<done> drop(const run_report& x) = 0;

  /// Everything kept, oldest first. What cannot be read is left out. Errors: `io_failed`.
  virtual outcome<std::vector<run_report>> load() = 0;
};

} // namespace claw
