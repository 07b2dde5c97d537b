#pragma once
// Searching the text of a repository with ripgrep, or with `git grep` where there is none. The
// words of a person are only ever the value of `-e`; the place is a descriptor, not a path. Every
// line found in a folder is looked up again through the scope before it is shown: what another
// program found by names may have been moved under it.

#include "llm/repo_tools.hpp"
#include "llm/shadow_gitdir.hpp"

#include <string>

namespace claw {

struct search_place {
  const repo_scope& repo;
  const opened_path& target; ///< a file or folder of it
};

/// @param query passed check_query. Errors: `tool_failed` `invalid query: ...`, `timed_out`, `cancelled`, `io_failed`.
outcome<repo_matches> search_with_rg(const search_place& place, const std::string& query,
                                     const repo_config& config, const call_bounds& bounds);

/// The same through git, for its tracked and untracked files. Errors: as above.
outcome<repo_matches> search_with_git(const shadow_gitdir& shadow, const search_place& place,
                                      const std::string& query, const repo_config& config,
                                      const call_bounds& bounds);

/// Errors (`tool_refused`): empty, not UTF-8, control characters except tabs, too long.
outcome<done> check_query(std::string_view query);

} // namespace claw
