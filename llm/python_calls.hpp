#pragma once
// Calls in the words of Python: `repo_status("demo")`, `[repo_grep(repo="demo", query='x'), repo_list()]`.

#include "llm/offered_tools.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace claw {

/// Reads calls of offered tools that fill the text from end to end: one, a bracketed list, or one a
/// line. Values are literals only: strings, numbers, True, False, None, lists, dicts. Positional
/// arguments take the order of the tool's schema. @returns none for anything else.
std::optional<std::vector<found_call>> read_python_calls(std::string_view text,
                                                         const offered_tools& tools);

} // namespace claw
