#pragma once
// Where a repository keeps its history, found without asking git: `.git` as a real folder inside
// the repo, or, for a linked worktree and a submodule, the folder inside the base that names this place as its own.
// Everything else (`.git` files to other places, symlinks, borrowed objects, unknown formats) is refused.
// Nothing here writes or starts anything.
// @source gitrepository-layout(5), git-config(1) "extensions"

#include "llm/repo_scope.hpp"

#include <optional>
#include <string>

namespace claw {

inline constexpr std::size_t git_config_bytes_max = 1U << 20;

struct git_place {
  repo_scope own;    ///< HEAD and index
  repo_scope common; ///< objects, refs, config; the same folder except in a linked worktree
  repo_scope objects;
};

/// Errors (`tool_refused`): `not a git repo`; the sentence about its layout.
outcome<git_place> find_git_place(const repo_scope& base, const repo_scope& repo);

/// Looks through all folders of objects: a symlink there would let git read another repo's history.
/// Errors: the sentence about the layout.
outcome<done> check_objects(const git_place& place);

/// True when a part of the index is in a file of its own, or was lately. @source git-update-index(1), "SPLIT INDEX"
bool has_shared_index(const git_place& place);

/// A regular file at exactly this place, no symlink on the way. @returns none where there is none.
/// Errors: the sentence about the layout, also when it is larger.
outcome<std::optional<std::string>> read_plain(const repo_scope& folder, const std::string& name,
                                               std::size_t bytes_max);

/// `core.worktree` as it is written; "" where it is not. Errors: the sentence about the layout.
outcome<std::string> configured_work_tree(const repo_scope& git_folder);

/// The lines of a repo's config that may influence how git reads it, made anew from checked values.
/// Errors: the sentence about the layout, for formats that we do not know.
outcome<std::string> safe_git_config(const git_place& place);

} // namespace claw
