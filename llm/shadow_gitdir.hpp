#pragma once
// A git folder of our own for one command on one repository: our config, copies of HEAD and index,
// the repo's objects by descriptor. git reads it instead of `.git`, so nothing that the repo's
// config, hooks or attributes name can be started, and nothing can be written into the repo.

#include "actors/ports/stop_token.hpp"
#include "llm/child_process.hpp"
#include "llm/git_refs.hpp"

#include <string>
#include <vector>

namespace claw {

class shadow_gitdir {
public:
  /// @param folder an existing folder of ours in which the shadow is made; it goes with this
  /// object. Errors: those of find_git_place; `io_failed`.
  static outcome<shadow_gitdir> make(const repo_scope& base, const repo_scope& repo,
                                     const std::string& folder);

  shadow_gitdir(shadow_gitdir&& other) noexcept;
  shadow_gitdir& operator=(shadow_gitdir&&) = delete;
  ~shadow_gitdir();

  const git_head& head() const noexcept { return head_; }
  bool lacks_shared_index() const { return has_shared_index(place_); } ///< which is not copied: git may miss it

  /// As revision_for_git. Errors: also `repo has no commits`.
  outcome<std::string> revision(std::string_view text) const;

  /// `git ARGUMENTS` as a command that is ready to run with the repo as its work tree; @pre `repo`
  /// and this object outlive the run.
  child_command command(const std::string& git_program, const repo_scope& repo,
                        std::vector<std::string> arguments) const;

  /// Runs such a command behind walls that let it read the repo, its git folder and the shadow.
  outcome<child_end> run(const child_command& command, const repo_scope& repo,
                         const stop_token& stop) const;

private:
  shadow_gitdir(git_place place, git_head head, std::string path);
  outcome<done> fill() const;

  git_place place_;
  git_head head_;
  std::string path_;
  file_descriptor folder_;
};

/// Removes what earlier runs left there.
void clear_shadows(const std::string& folder);

} // namespace claw
