#pragma once
// What a path may look like, before any of it is opened. The kernel decides where a path leads;
// these rules decide what is not even asked for.

#include "actors/domain/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// `a//./b/` -> {"a", "b"}.
std::vector<std::string_view> path_components(std::string_view path);

/// A path that a person or a model named, relative to a repo. @returns it without empty and `.`
/// components, "" for the repo itself. Errors (`tool_refused`): absolute, `..`, control characters,
/// not UTF-8, too long.
outcome<std::string> checked_relative_path(std::string_view path);

/// True when a component is `.git`, in any case, or what Windows file systems take for it.
bool enters_git_folder(std::string_view path);

/// True for names that hold credentials: `.env`, `*.pem`, `id_rsa`, `.netrc`, all below `.ssh`, ...
bool names_credentials(std::string_view path);

/// The same rule for ripgrep, as case-insensitive globs without the leading `!`.
const std::vector<std::string>& credential_globs();

} // namespace claw
