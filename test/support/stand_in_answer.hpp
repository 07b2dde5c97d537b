#pragma once
// What the scripted stand-in says to a conversation: a person without any model can see the whole system
// at work. It uses the tools that are offered, over native calls, and builds its answers from their results.
// It is no language model, and every answer says so.

#include "test/support/spoken_reply.hpp"

namespace claw::test {

inline constexpr const char* stand_in_notice
    = "(scripted stand-in model: no language model is running)";

/// @param request the body of a chat completion request
spoken_reply stand_in_answer(const nlohmann::json& request);

} // namespace claw::test
