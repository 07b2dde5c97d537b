#pragma once
// Making a transcript fit into a model's context. Calls and their results stay paired, the question
// and the newest step stay; what shrinks are the results. Every shrinking costs the server's prompt
// cache, so it is done rarely and in large steps.

#include "actors/domain/transcript.hpp"

#include <cstddef>
#include <vector>

namespace claw {

/// Shortens the results of the newest step to `newest_bytes` each and older ones to a line or two.
/// @returns false when nothing was left to shorten: the same request must not be sent again.
bool condense(std::vector<chat_message>& messages, std::size_t newest_bytes);

} // namespace claw
