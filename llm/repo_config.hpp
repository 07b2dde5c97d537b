#pragma once
// What the operator decides about repositories: where they are, which programs read them, and how
// much of anything. apps/ fills it from the environment; every key is named beside its field.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace claw {

struct repo_limits {
  std::chrono::seconds command_timeout{15}; ///< RUNNER_CMD_TIMEOUT_SECONDS: git and rg are killed then
  std::size_t output_bytes_max = 20'000;    ///< RUNNER_MAX_OUTPUT_BYTES of one answer's text
  std::size_t file_bytes_max = 200'000;     ///< RUNNER_MAX_FILE_BYTES: a larger file is refused
  int64_t lines_max = 400;                  ///< RUNNER_MAX_LINES of one repo_readfile
};

struct repo_config {
  std::string base;        ///< RUNNER_REPOS_BASE: an absolute folder; no repo lies outside it
  std::string allowlist;   ///< RUNNER_REPO_ALLOWLIST: read where it exists, else repos.json in `state_dir`
  std::string state_dir;   ///< RUNNER_STATE_DIR: plans/ and shadow/ are made in it
  std::string git_program; ///< absolute; "" looks for git in PATH
  std::string rg_program;  ///< absolute; "" looks for rg in PATH, and without one `git grep` searches
  bool without_rg = false; ///< search with `git grep` even where rg is installed
  repo_limits limits;
};

} // namespace claw
