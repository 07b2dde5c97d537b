#pragma once
// JSON as models write it into prose: where it ends, and the few slips that can be mended without inventing anything.

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace claw {

/// Where the object or array that opens at `at` ends (one past its closing bracket); npos when it
/// is not closed. Brackets inside of strings do not count. One pass.
std::size_t json_extent(std::string_view text, std::size_t at, bool single_quotes = false);

struct loose_json {
  nlohmann::json value;
  std::size_t end = 0;   ///< one past its last byte in the text it was read from
  bool repaired = false; ///< a trailing comma, single quotes, a raw line end in a string or missing
                         ///< final brackets
};

/// Reads the object or array that opens at `at`. Missing closing brackets are added only where the
/// text ends; a string that is cut off is not completed.
std::optional<loose_json> read_loose_json(std::string_view text, std::size_t at);

} // namespace claw
