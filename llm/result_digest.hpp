#pragma once
// Old tool results made small, so that a long conversation fits into a model's context.

#include "actors/domain/transcript.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

/// One line that says what a call brought: `repo_grep "foo": 14 hits, first src/a.cpp:12`.
std::string result_digest(const tool_call& call, std::string_view result);

} // namespace claw
