#pragma once
// A program that links disk_calls.cpp sees the calls go by that change files, its own and those of the shared libraries
// that it uses, and can make them fail: write, writev, pwrite, fsync, fdatasync, ftruncate, posix_fallocate.

#include <cstdint>
#include <string_view>

namespace claw::crash {

struct disk_call {
  enum class kind : uint8_t { write, truncate, allocate, flush } what;
  int fd;
  uint64_t at = 0;        ///< write: where in the file; truncate: the new size
  std::string_view bytes; ///< write
};

/// Sees one call at a time, of regular files only.
class disk_watcher {
public:
  virtual ~disk_watcher() = default;

  /// @returns 0, or the errno with which the call is to fail instead of being made
  virtual int before(const disk_call& x) = 0;

  /// The call has been made and went well.
  virtual void after(const disk_call& x) = 0;
};

/// @param x sees all calls from now on; nullptr: nobody does
void watch_disk(disk_watcher* x);

} // namespace claw::crash
