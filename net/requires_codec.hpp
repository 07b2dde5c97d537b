#pragma once
// What a job requires, as producers write it: a JSON string or any JSON value, of every shape that the contract allows.

#include "actors/domain/caps.hpp"

#include <string_view>

namespace claw {

/// The caps that a stored `requires` text asks for. None when it is blank, not JSON, no object, or has no `caps`.
caps required_caps(std::string_view requires_json);

} // namespace claw
