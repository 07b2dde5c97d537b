#pragma once
// Puts what a transcript says to a fresh tool loop, without a model and without tools, and compares what it decides
// with what was decided then.

#include "actors/domain/error.hpp"
#include "actors/domain/run_record.hpp"

#include <string>
#include <vector>

namespace claw {

struct replayed_run {
  std::vector<std::string> story; ///< one line for people for each line of the transcript
  std::size_t decisions = 0;      ///< that were compared
};

/// @param lines of one job, maybe of several attempts. Errors: `bad_shape` with the number of the first line at which
/// the loop decides otherwise, or that cannot stand there.
outcome<replayed_run> replay(const std::vector<run_line>& lines);

} // namespace claw
