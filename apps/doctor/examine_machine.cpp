#include "apps/doctor/doctor.hpp"
#include "apps/doctor/file_reader.hpp"
#include "apps/doctor/scratch_folder.hpp"
#include "llm/child_walls.hpp"
#include "llm/repo_allowlist.hpp"
#include "llm/repo_tools.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>

namespace claw {

namespace {

/// The folder itself, or the nearest above it that is there.
std::filesystem::path nearest_folder(std::filesystem::path folder) {
  std::error_code problem;
  while (!std::filesystem::exists(folder, problem) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

void examine_state(const runner_settings& x, findings& out) {
  const auto to_write = nearest_folder(x.state_dir);
  if (::access(to_write.c_str(), W_OK | X_OK) == 0)
    return out.good("state folder", x.state_dir + (to_write == x.state_dir ? "" : ", will be made"));
  out.bad("state folder", "this user cannot write " + to_write.string(),
          "set RUNNER_STATE_DIR to a folder of the runner's user");
}

void examine_programs(const repo_tools& repos, findings& out) {
  const auto& found = repos.config();
  if (found.git_program.empty())
    out.bad("git", "not found in PATH", "install git");
  else
    out.good("git", found.git_program);
  if (found.rg_program.empty())
    out.warn("rg", "not found in PATH; git grep searches instead", "install ripgrep");
  else
    out.good("rg", found.rg_program);
}

void examine_walls(findings& out) {
  const auto walls = active_walls();
  if (walls == "landlock, seccomp")
    return out.good("kernel confinement", walls);
  out.warn(
      "kernel confinement", walls,
      "use a kernel with Landlock (5.13 or newer, `lsm=` with landlock) and seccomp filters; paths are kept inside "
      "the repositories without them, too");
}

void examine_repo(const runner_settings& x, repo_tools& repos, const std::string& name, const std::string& path,
                  findings& out) {
  std::error_code problem;
  if (!std::filesystem::is_directory(x.repos.base, problem))
    return out.bad("repo " + name, "there is no folder " + x.repos.base,
                   "make RUNNER_REPOS_BASE, with a clone in it as " + path + ", or correct it");
  call_bounds bounds;
  bounds.deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  const auto state = repos.status(name, bounds);
  if (!state)
    return out.bad(
        "repo " + name, path + ": " + state.error().why,
        "correct its path in RUNNER_REPO_ALLOWLIST; it lies below RUNNER_REPOS_BASE and is readable for this user");
  const auto whole = (std::filesystem::path{x.repos.base} / path).string();
  if (const auto reader = runner_behind(x.state_dir))
    if (const auto closed = closed_part(*reader, whole); !closed.empty())
      return out.bad("repo " + name, reader->name + ", as whom the runner runs, cannot read " + closed,
                     "chmod -R o+rX " + whole + ", or deploy/onboard_runner.sh --user OWNER");
  out.good("repo " + name, path + ", branch " + state->branch);
}

void examine_repos(const runner_settings& x, repo_tools& repos, findings& out) {
  if (x.repos.base.empty())
    return out.warn("allowlist", "no repository can be read", "set RUNNER_REPOS_BASE and RUNNER_REPO_ALLOWLIST");
  repo_allowlist allowlist{x.repos.allowlist, x.state_dir + "/repos.json"};
  const auto entries = allowlist.entries();
  if (!entries)
    return out.bad("allowlist", entries.error().why,
                   "RUNNER_REPO_ALLOWLIST is a JSON object such as {\"my-repo\": \"my-repo\"}");
  if (entries->empty())
    return out.warn("allowlist", "it names no repository", "write {\"my-repo\": \"path\"} into " + x.repos.allowlist);
  out.good("allowlist", std::to_string(entries->size()) + (entries->size() == 1 ? " repository" : " repositories"));
  for (const auto& [name, path] : *entries)
    examine_repo(x, repos, name, path, out);
}

/// The runner's own, but for where git's shadows are made.
repo_config own_config_of(const runner_settings& x, const scratch_folder& ours) {
  auto config = x.repos;
  std::error_code problem;
  if (!std::filesystem::exists(config.allowlist, problem))
    config.allowlist = x.state_dir + "/repos.json";
  config.state_dir = ours.path();
  return config;
}

} // namespace

void examine_machine(const runner_settings& x, findings& out) {
  examine_state(x, out);
  const scratch_folder ours;
  if (ours.path().empty())
    return out.bad("temporary folder", "it cannot be written", "set TMPDIR to a folder of this user");
  repo_tools repos{own_config_of(x, ours)};
  examine_programs(repos, out);
  examine_walls(out);
  examine_repos(x, repos, out);
}

} // namespace claw
