#pragma once
// How tools are told to a model that takes none: a JSON object a line, between `<tools>` and `</tools>`.
// @source the Hermes format of function calling, which most instruct models have seen

#include "actors/domain/transcript.hpp"

#include <string>
#include <vector>

namespace claw {

/// Ends with `</tools>` and a line's end.
std::string tool_listing(const std::vector<tool_spec>& tools);

} // namespace claw
