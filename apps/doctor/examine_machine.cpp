#include "apps/doctor/doctor.hpp"
#include "llm/child_walls.hpp"
#include "llm/repo_allowlist.hpp"
#include "llm/repo_tools.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>

namespace claw {

namespace {

void examine_state(const runner_settings& x, findings& out) {
  std::error_code problem;
  const std::filesystem::path folder{x.state_dir};
  const bool is_there = std::filesystem::is_directory(folder, problem);
  const auto& to_write = is_there ? folder : folder.parent_path();
  if (::access(to_write.c_str(), W_OK | X_OK) == 0)
    return out.good("state folder", x.state_dir + (is_there ? "" : ", will be made"));
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

void examine_repo(repo_tools& repos, const std::string& name, const std::string& path, findings& out) {
  call_bounds bounds;
  bounds.deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  const auto state = repos.status(name, bounds);
  if (state)
    return out.good("repo " + name, path + ", branch " + state->branch);
  out.bad("repo " + name, path + ": " + state.error().why,
          "correct its path in RUNNER_REPO_ALLOWLIST; it lies below RUNNER_REPOS_BASE and is readable for this user");
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
  out.good("allowlist", std::to_string(entries->size()) + " repositories");
  for (const auto& [name, path] : *entries)
    examine_repo(repos, name, path, out);
}

} // namespace

void examine_machine(const runner_settings& x, findings& out) {
  examine_state(x, out);
  repo_tools repos{x.repos};
  examine_programs(repos, out);
  examine_walls(out);
  examine_repos(x, repos, out);
}

} // namespace claw
