#pragma once
// What the kernel says of this process.
// @source https://prometheus.io/docs/instrumenting/writing_clientlibs/, "Process metrics"; proc(5)

#include <cstdint>

namespace claw {

/// 0 where the kernel does not say.
struct process_figures {
  uint64_t resident_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
  double cpu_s = 0;     ///< of all threads, in user and system mode
  double started_s = 0; ///< since the Unix epoch
};

process_figures read_process_figures();

} // namespace claw
