#pragma once
// Reading JSON that a stranger wrote: bounded depth (a deep tree overflows the stack when it is
// walked), no exception.

#include "actors/domain/error.hpp"
#include "actors/domain/limits.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

/// True when no object or array stands deeper than `depth_max`. Reads the text once, whether it is
/// JSON or not.
bool is_json_no_deeper_than(std::string_view text, std::size_t depth_max);

/// Errors: `bad_json` when the text is no JSON (UTF-8 included) or deeper than `depth_max`; `bad_shape` when it is JSON
/// with a number that no double holds (RFC 8259, 6, leaves the range to us).
outcome<nlohmann::json> parse_bounded_json(std::string_view text, std::size_t depth_max = limits::json_depth_max);

/// In which member the number stands that made `parse_bounded_json` answer `bad_shape`: the outermost one. "" where it
/// stands in none, and for a text without such a number.
std::string member_too_large(std::string_view text);

/// JSON text of any value; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& value);

} // namespace claw
