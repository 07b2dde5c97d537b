#pragma once
// Which repositories may be read: a JSON object of name to path, the path relative to RUNNER_REPOS_BASE or absolute and
// inside it. The file is read again when it changes (size, time or inode).

#include "actors/domain/error.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace claw {

/// The text of such a file. Errors: `tool_failed` when it is not what it must be.
outcome<std::map<std::string, std::string>> parse_allowlist(std::string_view text);

/// May be used from several threads at once.
class repo_allowlist {
public:
  /// @param first is read where it exists, otherwise `second`; where neither exists nothing is allowed.
  repo_allowlist(std::string first, std::string second);

  /// Name to path, as written in the file. Errors: `tool_failed` when the file is not what it must be.
  outcome<std::map<std::string, std::string>> entries();

  /// Errors: `tool_refused` `repo not allowlisted`; as entries.
  outcome<std::string> path_of(const std::string& name);

private:
  using stamp = std::tuple<std::string, uint64_t, uint64_t, int64_t, int64_t, int64_t>;

  std::string first_, second_;
  std::mutex mutex_;
  stamp read_stamp_;
  std::map<std::string, std::string> entries_;
};

} // namespace claw
