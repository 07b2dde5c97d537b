#pragma once
// What `openclaw inspect` and the inspection actor of a running program say to each other: one question and one
// answer, both JSON in a string (net/json_inspection_codec.hpp), since CAF 0.17 does not notice when two programs
// mean different structs by the same name.

#include "actors/protocol/caf.hpp"

#include <string>

namespace claw {

/// (inspect_atom, question) -> answer
using inspect_atom = caf::atom_constant<caf::atom("inspect")>;

/// A client of anything else is turned away at once, with a sentence.
inline constexpr const char* inspection_app_id = "openclaw-inspect/1";

} // namespace claw
