#pragma once
// JSON from strangers: bounded in depth, and forgiving where servers are known to be sloppy about characters.

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

inline constexpr std::size_t foreign_json_depth_max = 64;

/// @returns none for anything that is not one JSON value, or is nested deeper than `depth_max`.
/// Bytes that are not UTF-8 become U+FFFD. Half of a `\u` surrogate pair becomes a stand-in
/// character that `join_surrogates` understands: servers cut pairs in two when they stream.
std::optional<nlohmann::json> parse_foreign_json(std::string_view text,
                                                 std::size_t depth_max = foreign_json_depth_max);

/// Joins neighbouring stand-ins for the halves of a surrogate pair; a lone half becomes U+FFFD.
std::string join_surrogates(std::string text);

/// The bytes of `text` with everything that is not UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

inline namespace llm_json { // net/ has a function of this name, too; programs link both
/// Compact text; never throws: what is not UTF-8 is replaced.
std::string json_text(const nlohmann::json& x);
} // namespace llm_json

/// At most `bytes_max` bytes, cut at a character boundary.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

} // namespace claw
