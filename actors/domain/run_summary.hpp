#pragma once
// The answer of last resort: what the tools of a job found, in our own words, when its model did
// not sum it up.

#include "actors/domain/llm_task.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// The question, then each call with its status and the first lines of what it found. Always the
/// same for the same calls; never JSON.
std::string run_summary(std::string_view prompt, const std::vector<reported_call>& calls);

/// The values of a JSON text as plain lines `key: value`, long texts by their first lines; other texts as they are.
/// Reads whatever it is given, also a JSON text that was cut. At most `lines_max` lines.
std::vector<std::string> plain_lines(std::string_view text, std::size_t lines_max);

} // namespace claw
