#pragma once
// A file of reserved disk space. When the disk is full it is given up, so that jobs that are
// already there can still be finished; new jobs are refused until it can be put back.

#include <cstdint>
#include <filesystem>
#include <utility>

namespace claw {

/// Not thread-safe: the store's writer owns it.
class ballast {
public:
  /// @param bytes how much to reserve; 0 reserves nothing and counts as held
  ballast(std::filesystem::path file, std::uint64_t bytes)
      : file_(std::move(file)), bytes_(bytes) {}

  /// Reserves the space unless it is reserved already. @returns false when the disk has no room for it.
  bool hold();

  /// Gives the space back to the file system. @returns false when there was none to give.
  bool release();

private:
  std::filesystem::path file_;
  std::uint64_t bytes_;
  bool held_ = false;
};

} // namespace claw
