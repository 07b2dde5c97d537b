#pragma once
// Repositories that mean harm, and what shows whether they did any: a canary program that leaves a
// mark when it is run, a secret outside of every repo, and a fingerprint of all that a repo holds.

#include "llm/repo_tools.hpp"

#include <functional>
#include <string>
#include <vector>

namespace claw::test {

/// A folder of its own under the temporary folder, gone with this object:
/// `base/` (RUNNER_REPOS_BASE), `state/` (RUNNER_STATE_DIR), `outside/secret.txt`, `canary`.
class repo_yard {
public:
  repo_yard();
  ~repo_yard();
  repo_yard(const repo_yard&) = delete;
  repo_yard& operator=(const repo_yard&) = delete;

  std::string root, base, state, outside;
  std::string canary;                                            ///< a program that leaves a mark
  static constexpr const char* secret = "TOP-SECRET-BYTES-4711"; ///< what outside/secret.txt holds

  repo_config config() const;

  /// A repo `base/name` with two commits on `main`, on the allowlist. @returns its folder.
  std::string add_repo(const std::string& name);
  /// Puts base/`name` (or an absolute path) on the allowlist.
  void allow(const std::string& name, const std::string& path);

  bool canary_ran() const;

private:
  std::string allowlist_;
};

void write_file(const std::string& path, const std::string& text);
std::string read_file(const std::string& path);

/// Runs git with a person's care in `folder`; CHECKs that it worked.
void git(const std::string& folder, const std::vector<std::string>& arguments);

/// Names, types, modes, sizes, times and contents of all that is in a folder.
std::string fingerprint(const std::string& folder);

/// One way in which a repo can be hostile.
struct plant {
  std::string name;
  std::function<void(const repo_yard&, const std::string& repo)> sow;
};

/// All ways that name a program to run or a place outside, or hold up who reads them.
const std::vector<plant>& all_plants();

/// Those of them that hold up: what is opened by its name is a FIFO.
std::vector<plant> fifo_plants();

/// A repo in `sub`, staged as a submodule.
void add_submodule(const std::string& repo);

} // namespace claw::test
