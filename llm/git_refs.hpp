#pragma once
// Which commit a name means, found without asking git: HEAD, branches and tags are read from the repo's own files. What
// git is given afterwards begins with the digits of a hash, so that no name of a person, a model or a repo can be an
// option, a range, or any other of git's many ways to say something.
// @source gitrevisions(7), gitrepository-layout(5)

#include "llm/git_place.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// What HEAD says.
struct git_head {
  std::string branch;              ///< `HEAD` when detached
  std::optional<std::string> hash; ///< none on a branch without commits
};

/// Errors: the sentence about the layout.
outcome<git_head> read_head(const git_place& place);

/// @param text `HEAD`, `@`, a branch, a tag, a hash or at least 4 digits of one, with any `~N` and `^N` behind it; ""
/// means HEAD. @returns the same with a hash for the name; whether it has such a commit, git must say.
/// Errors (`tool_refused`): what else a revision can look like; `no such revision`; the sentence about the layout.
outcome<std::string> revision_for_git(const git_place& place, const std::string& head_hash, std::string_view text);

/// 40 or 64 hexadecimal digits in lower case.
bool is_full_hash(std::string_view text);

} // namespace claw
