#pragma once
// A folder that nothing opened through it can leave. Paths are resolved by the kernel (openat2 with
// RESOLVE_BENEATH and no magic links); a kernel without openat2 gets a walk, component by
// component, that follows no symlink at all. What was opened is judged by where it really lies, so
// a symlink into `.git` is a path into `.git`.
// @source openat2(2)

#include "actors/domain/error.hpp"
#include "llm/file_descriptor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// Something inside a scope that was opened and judged.
struct opened_path {
  file_descriptor fd;
  std::string relative; ///< where it really lies, "" for the scope's folder itself
  bool is_folder = false;
  uint64_t bytes = 0; ///< of a file, when it was opened
};

class repo_scope {
public:
  /// Opens a folder that the operator named; symlinks in the name are followed.
  /// Errors: `io_failed`.
  static outcome<repo_scope> open(const std::string& folder);

  /// A folder inside this one as a scope of its own. Errors as enter.
  outcome<repo_scope> narrowed(std::string_view relative) const;

  int fd() const noexcept { return folder_.get(); }
  const std::string& path() const noexcept { return path_; } ///< absolute, as the kernel names it

  /// Opens a regular file or a folder for reading. @param relative passed checked_relative_path
  /// Errors: `tool_refused` `path outside repo`, `tool_failed` `not a file or not found`.
  outcome<opened_path> enter(std::string_view relative) const;

  /// The same for a path that a person or a model named: also refuses `.git` and files that hold credentials.
  outcome<opened_path> enter_for_stranger(std::string_view path) const;

private:
  repo_scope(file_descriptor folder, std::string path);
  outcome<file_descriptor> resolve(std::string_view relative) const;

  file_descriptor folder_;
  std::string path_;
};

/// Reads a file to its end. Errors: `tool_failed` when it holds more than `bytes_max`; `io_failed`.
outcome<std::string> read_all(int fd, std::size_t bytes_max);

/// For tests: as if the kernel had no openat2.
void pretend_no_openat2(bool on);

} // namespace claw
