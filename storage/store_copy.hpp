#pragma once
// Backing a store up, and putting a backup back. Either makes a whole new folder beside its place, checks all of it,
// and gives it its name at the end: what bears the name is whole, and a crash before that leaves a folder `NAME.part`,
// which the next try takes away.

#include "storage/store_check.hpp"

#include <filesystem>

namespace claw {

struct copied_store {
  check_counts counts;            ///< of the copy
  std::filesystem::path replaced; ///< where what was there before is now; empty: there was nothing
};

/// Copies the store in `from`, which may be in use, to the new folder `to`: all that was acknowledged before the call.
/// Errors: `bad_config` (no store there, or `to` is there already), `io_failed`, `store_full`, `store_broken` (also
/// when the copy has faults, which `listener` is told of).
outcome<copied_store> back_up(const std::filesystem::path& from, const std::filesystem::path& to,
                              const check_listener& listener);

/// Puts the store in `backup` into `to`, which may be missing or empty. With `replace` it may also be a store that
/// nobody uses: that one is kept beside it as `TO.replaced-N`. Errors: as `back_up`; `unavailable`: `to` is in use.
outcome<copied_store> restore(const std::filesystem::path& backup, const std::filesystem::path& to, bool replace,
                              const check_listener& listener);

} // namespace claw
