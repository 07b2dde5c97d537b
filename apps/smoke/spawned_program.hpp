#pragma once
// A program that the operator names, run to its end on our terminal. No shell reads its words.

#include "actors/domain/error.hpp"

#include <string>

namespace claw {

/// @param command the program, found along PATH, and its arguments, split at blanks. What it writes to standard output
/// goes to standard error. Errors: `io_failed` (not found, or it ended with another code than 0)
outcome<done> run_to_its_end(const std::string& command);

} // namespace claw
