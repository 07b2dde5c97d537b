#pragma once
// JSON from strangers: bounded in depth, and forgiving where servers are known to be sloppy about characters.

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
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

inline namespace llm_json { // net/ has a function of this name, too; programs link both
/// Compact text; never throws: what is not UTF-8 is replaced.
std::string json_text(const nlohmann::json& x);
} // namespace llm_json

/// The same with the keys in the order in which they were set.
std::string ordered_json_text(const nlohmann::ordered_json& x);

/// A member that is a text; "" where it is missing or no text.
template <class Json>
std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->template get<std::string>() : std::string{};
}

/// A member that is a count; none where it is missing or no number of 0 to 2^32 - 1.
inline std::optional<uint32_t> count_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() || found->get<uint64_t>() > UINT32_MAX)
    return std::nullopt;
  return found->get<uint32_t>();
}

} // namespace claw
