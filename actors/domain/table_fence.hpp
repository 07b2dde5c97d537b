#pragma once
// Discord shows no tables: the bars of one in Markdown stand in the text as they are, and in a proportional font. In a
// block of code they stand below each other.

#include <string>
#include <string_view>

namespace claw {

/// The text with each of its tables in a block of code of its own. What stands in a block already stays as it is.
/// @source GitHub Flavored Markdown, 4.10 "Tables": a header row, then a delimiter row
std::string with_fenced_tables(std::string_view text);

} // namespace claw
