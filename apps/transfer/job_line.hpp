#pragma once
// A whole job as one line of JSON, for files that outlive a version of the store (docs/COMMANDS.md, "The store
// itself"). The keys are those of the wire where the wire has them; a text that is no UTF-8 stands as {"hex": "..."}.
// The same job is always the same line, and what is read from a line is written as that line.

#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"

#include <string>
#include <string_view>

namespace claw {

/// Without a line break. @param whole the one change that makes the job
std::string job_line(const job_change& whole);

/// @returns the job; its events and its texts may still not fit it. Errors: `bad_shape`, with a sentence that names the
/// key, and `bad_json`
outcome<job_change> parse_job_line(std::string_view line);

} // namespace claw
