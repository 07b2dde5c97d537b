#pragma once
// `openclaw transcript FILE`: shows what happened in an llm run, checks that nobody has changed its transcript since,
// and that the tool loop would decide the same again.

#include <iosfwd>
#include <string>

namespace claw {

/// @returns the exit code: 0 when chain and decisions are as they were, 1 when not, 2 when the file cannot be read
int show_transcript(const std::string& path, bool json, std::ostream& out, std::ostream& trouble);

} // namespace claw
