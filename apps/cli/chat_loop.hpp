#pragma once
// `openclaw chat`: a line of the command language, its answer, the next line. With a terminal: line editing and a
// history file that only its owner can read. With a pipe: the lines as they come.

#include "actors/domain/error.hpp"

#include <functional>
#include <istream>
#include <optional>
#include <string>

namespace claw {

/// @returns the next line without its break; none at the end
using line_source = std::function<std::optional<std::string>()>;

/// Told `true` before a line is waited for, `false` when it is there.
using wait_listener = std::function<void(bool waits)>;

line_source lines_of(std::istream& in, const wait_listener& waiting);

/// Lines from the terminal with editing and history. @param history_file "" for none; made with mode 0600
line_source lines_of_terminal(const std::string& history_file, const wait_listener& waiting);

/// `$XDG_STATE_HOME/openclaw/history` or `~/.local/state/openclaw/history`, its folder made; "" where that cannot be.
std::string
history_file_path(const std::function<std::optional<std::string>(const char*)>& environment);

/// Runs every line until the end, or until `quit` or `exit`. Empty lines are passed over.
/// @returns the exit code of the last line
int chat_loop(const line_source& next, const std::function<int(const std::string&)>& run_line);

} // namespace claw
