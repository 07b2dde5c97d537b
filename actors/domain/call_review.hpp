#pragma once
// Whether a call that a model asks for may run at all. Pure: what the toolbox says of the
// arguments comes in as a value.

#include "actors/domain/error.hpp"
#include "actors/domain/transcript.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A call of a reply together with what toolbox::check said of it.
struct checked_call {
  tool_call call;
  outcome<std::string> arguments; ///< canonical JSON, or why not
};

enum class call_verdict : uint8_t {
  run,
  malformed, ///< the arguments are not what the tool takes
  refused,   ///< unknown, not offered, or a rule forbids it
};

struct reviewed_call {
  call_verdict verdict = call_verdict::run;
  tool_result result; ///< what to tell the model where it may not run
};

/// @param offered  the tools of this job: a tool that exists but is not offered is unknown
/// @param told     texts that a plan id may come from: the prompt and the results of plan_echo
reviewed_call review(const checked_call& x, const std::vector<tool_spec>& offered,
                     const std::vector<std::string>& told);

/// True when each UUID in the arguments stands in one of the texts.
bool names_known_plan(std::string_view arguments_json, const std::vector<std::string>& told);

} // namespace claw
