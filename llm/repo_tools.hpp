#pragma once
// The ten questions that may be asked of a repository on the allowlist. Read-only; whatever a repo
// holds, nothing that it names is started and nothing outside of it is read.
// Every sentence that a person can meet here stands in llm/repo_errors.hpp.

#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"
#include "llm/repo_allowlist.hpp"
#include "llm/repo_answers.hpp"
#include "llm/repo_config.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace claw {

/// How long a call may take and who may stop it.
struct call_bounds {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  stop_token stop;
};

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

  // The history. No revision and no path of a question ever is an option, and files that hold credentials are left
  // out of every diff.
  outcome<commit_log> log(const std::string& repo, const log_question& asked, const call_bounds& bounds);
  outcome<repo_changes> diff(const std::string& repo, const diff_question& asked, const call_bounds& bounds);
  outcome<shown_commit> show(const std::string& repo, const show_question& asked, const call_bounds& bounds);
  outcome<blamed_lines> blame(const std::string& repo, const blame_question& asked, const call_bounds& bounds);
  outcome<tree_listing> tree(const std::string& repo, const tree_question& asked, const call_bounds& bounds);

  const repo_config& config() const noexcept { return config_; }

  /// `ripgrep` or `git grep`; and the walls around them, as the log shows them at start.
  std::string description() const;

private:
  repo_config config_;
  repo_allowlist allowlist_;
};

} // namespace claw
