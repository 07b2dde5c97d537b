#pragma once
// Every sentence that a person or a model can meet when it asks for something of a repository.
// Where a sentence carries a number, a function makes it.

#include "actors/domain/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace claw::repo_errors {

inline constexpr const char* not_allowlisted = "repo not allowlisted";
inline constexpr const char* outside_base = "repo path outside RUNNER_REPOS_BASE";
inline constexpr const char* not_git = "not a git repo";
inline constexpr const char* repo_required = "repo required";
inline constexpr const char* path_required = "path required";
inline constexpr const char* query_required = "query required";
inline constexpr const char* bad_json = "payload must be valid JSON";
inline constexpr const char* path_shape = "path must be relative and not contain ..";
inline constexpr const char* path_outside = "path outside repo";
inline constexpr const char* not_a_file = "not a file or not found";
inline constexpr const char* bad_start = "start must be >= 1";
inline constexpr const char* bad_end = "end must be >= start";

// Beyond the documented ones: what only a hostile, broken or unusual input meets.
inline constexpr const char* bad_path_text = "path must be UTF-8 without control characters";
inline constexpr const char* path_too_long = "path is too long";
inline constexpr const char* git_folder = "the .git folder is not readable";
inline constexpr const char* credentials = "files that hold credentials are not readable";
inline constexpr const char* bad_query_text = "query must be UTF-8 without control characters";
inline constexpr const char* query_too_long = "query is too long";
inline constexpr const char* no_commits = "repo has no commits";
inline constexpr const char* bad_revision
    = "revision must be HEAD, a branch, a tag or a commit's hash, with any ~N or ^N behind it";
inline constexpr const char* no_revision = "no such revision in this repo";
inline constexpr const char* bad_count = "count must be 1 to 100";
inline constexpr const char* bad_depth = "depth must be 1 to 10";
inline constexpr const char* refused_layout
    = "repo refused: its .git folder reaches outside of it or has an unsupported format";
inline constexpr const char* holds_up
    = "repo refused: it has a FIFO or device where git expects a file";
inline constexpr const char* git_failed = "git could not read the repo";
inline constexpr const char* split_index
    = "git could not read the repo: its index is split, it seems; git update-index --no-split-index makes it whole";
inline constexpr const char* search_failed = "search failed";
inline constexpr const char* no_git_program = "git is not installed on this worker";
inline constexpr const char* broken_allowlist
    = "the repo allowlist must be a JSON object of names and paths";

inline std::string file_too_large(std::size_t bytes_max) {
  return "file exceeds RUNNER_MAX_FILE_BYTES (" + std::to_string(bytes_max) + ")";
}

inline std::string too_many_lines(int64_t lines_max) {
  return "line range exceeds RUNNER_MAX_LINES (" + std::to_string(lines_max) + ")";
}

inline failure refused(std::string why) {
  return {ec::tool_refused, std::move(why)};
}

inline failure failed(std::string why) {
  return {ec::tool_failed, std::move(why)};
}

inline failure bad_layout() {
  return refused(refused_layout);
}

/// True for the two sentences that mean: it tried to leave the repo.
inline bool is_escape(const failure& x) {
  return x.why == path_shape || x.why == path_outside;
}

} // namespace claw::repo_errors
