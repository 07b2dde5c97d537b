#pragma once
// The places in the life of a batch that a test can stop the program at.

#include <cstdint>
#include <functional>

namespace claw {

enum class store_step : uint8_t {
  begun,
  journal_half_written,
  journal_written,
  journal_flushed,
  applied,
  settle_begun,
  settle_half_put,
  settle_put,
  settle_committed,
  file_freed,
};

/// Called in the thread that came to the step; empty: nobody listens.
using step_listener = std::function<void(store_step)>;

} // namespace claw
