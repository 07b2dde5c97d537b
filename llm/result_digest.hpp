#pragma once
// Old tool results made small, so that a long conversation fits into a model's context.

#include "actors/domain/transcript.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

/// One line that says what a call brought: `repo_grep "foo": 14 hits, first src/a.cpp:12`.
std::string result_digest(const tool_call& call, std::string_view result);

/// Head and tail (70 to 30) of a text, cut at line ends where it has them, with a line in between
/// that says what is gone. The result has at most about `bytes_max` bytes and is whole UTF-8.
std::string shortened_result(std::string_view result, std::size_t bytes_max);

} // namespace claw
