#pragma once
// git's diff format, as far as it must be understood to leave files out of it: sections that begin with `diff --git`,
// and the lines of the new side with their numbers. Pure.
// @source git-diff(1), "Generating patch text with -p"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace claw {

/// How git heads the section of a path; it quotes those of which is_plain_path is false.
std::string patch_header(std::string_view path);

/// UTF-8 without control characters, quotation marks and backslashes.
bool is_plain_path(std::string_view path);

/// Takes the next section off `rest`, its header line included. @returns "" at the end
std::string_view next_section(std::string_view& rest);

/// The first line of a text, without its end.
std::string_view first_line(std::string_view text);

/// True when all that a section says is from which commit a submodule was moved to which.
bool names_submodule_commits(std::string_view section);

/// Calls for every line of a section that claims to stand in the new file, without its sign, until `check` says no.
/// @returns false then
bool check_new_lines(std::string_view section,
                     const std::function<bool(std::size_t number, std::string_view text)>& check);

} // namespace claw
