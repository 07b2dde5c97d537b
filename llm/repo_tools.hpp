#pragma once
// The five questions that may be asked of a repository on the allowlist. Read-only; whatever a repo
// holds, nothing that it names is started and nothing outside of it is read.
// Every sentence that a person can meet here stands in llm/repo_errors.hpp.

#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"
#include "llm/repo_allowlist.hpp"
#include "llm/repo_config.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// How long a call may take and who may stop it.
struct call_bounds {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  stop_token stop;
};

struct listed_repo {
  std::string name;
  std::string path; ///< absolute
};

struct repo_state {
  std::string branch; ///< `HEAD` when detached
  std::string porcelain;
  bool dirty = false;
  bool truncated = false;
};

struct commit_summary {
  std::string hash, author, date, subject;
};

struct repo_matches {
  std::string lines; ///< `file:line:text`, each line ended by a newline but the last; "" for no match
  bool truncated = false;
};

struct file_excerpt {
  std::string content;
  int64_t total_lines = 0;
  bool truncated = false; ///< cut by RUNNER_MAX_OUTPUT_BYTES
};

struct line_range {
  int64_t start = 1;
  int64_t end = 200;
};

/// The last line when only the first was named: 200 lines, or up to line 200.
inline int64_t default_end(int64_t start) {
  constexpr int64_t lines = 200;
  return start <= lines || start > INT64_MAX - lines ? lines : start + lines - 1;
}

/// May be used from several threads at once. Errors of every call: those of llm/repo_errors.hpp
/// (`tool_refused`, `tool_failed`), `timed_out`, `cancelled`, `io_failed`.
class repo_tools {
public:
  /// Looks for the programs and clears what an earlier start left in `state_dir`/shadow.
  explicit repo_tools(repo_config config);

  /// Those on the allowlist that are there and are git repos, by name.
  outcome<std::vector<listed_repo>> list();
  outcome<repo_state> status(const std::string& repo, const call_bounds& bounds);
  outcome<commit_summary> last_commit(const std::string& repo, const call_bounds& bounds);

  /// @param query a regular expression as ripgrep takes it; smart case.
  /// @param path a file or folder of the repo; "" for all of it.
  outcome<repo_matches> grep(const std::string& repo, const std::string& query,
                             const std::string& path, const call_bounds& bounds);
  outcome<file_excerpt> read_file(const std::string& repo, const std::string& path,
                                  const line_range& lines);

  const repo_config& config() const noexcept { return config_; }

  /// `ripgrep` or `git grep`; and the walls around them, as the log shows them at start.
  std::string description() const;

private:
  repo_config config_;
  repo_allowlist allowlist_;
};

} // namespace claw
