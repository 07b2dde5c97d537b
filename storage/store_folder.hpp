#pragma once
// The folder of a store on disk: made on demand for nobody but its owner, used by one process at a time.

#include "actors/domain/error.hpp"
#include "storage/owned_fd.hpp"

#include <filesystem>
#include <utility>

namespace claw {

/// What the sentences for the operator call the folder and its user.
struct store_words {
  const char* variable = "BROKER_DB";
  const char* program = "broker";
};

/// Holds the folder's lock (`<program>.lock` in it) as long as it lives; the kernel drops the lock of a killed process.
class store_folder {
public:
  /// Makes the folder (0700, its missing parents too) and locks it. Warns of a network file system,
  /// on which LMDB's memory map and locks are not safe. Errors: `bad_config` when the path is no
  /// folder or cannot be one, `unavailable` when another process has it, `store_broken` when the
  /// lock file cannot be opened.
  static outcome<store_folder> open(const std::filesystem::path& path, const store_words& words = {});

  /// A folder that belongs to somebody else: not locked, nothing is made.
  static store_folder to_read(std::filesystem::path path) { return {std::move(path), owned_fd{}}; }

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Makes the names of new files in the folder, and of the folder itself, survive a power cut.
  outcome<done> sync_names() const;

  /// What the file system has free for us; 0 where it cannot say.
  std::uintmax_t free_bytes() const;
  bool has_less_than(std::uintmax_t bytes) const { return free_bytes() < bytes; }

  /// Of all files in it.
  std::uintmax_t used_bytes() const;

private:
  store_folder(std::filesystem::path path, owned_fd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  owned_fd lock_;
};

} // namespace claw
