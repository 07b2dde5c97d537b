#pragma once
// What a job requires, as producers write it: a JSON string or any JSON value, of every shape that the contract allows.

#include "actors/domain/caps.hpp"
#include "actors/domain/error.hpp"

#include <string_view>

namespace claw {

/// The caps that a stored `requires` text asks for. None when it is blank, not JSON, no object, or has no `caps`.
/// Error: it is JSON with a number that cannot be read (taken for "none", the job would go to a worker that lacks what
/// it asks for), or names more caps than a worker can have.
outcome<caps> required_caps(std::string_view requires_json);

} // namespace claw
