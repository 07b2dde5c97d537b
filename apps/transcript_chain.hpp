#pragma once
// The hash chain over the lines of a transcript: each line ends in the SHA-256 of the one before it and of itself, so
// that a line that was changed, left out or put elsewhere later shows.

#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// What stands for the line before the first one.
inline constexpr std::string_view chain_start
    = "0000000000000000000000000000000000000000000000000000000000000000";

/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

std::string chain_of(std::string_view previous, std::string_view line_json);

/// The line as it is written: the same JSON object with `chain` as its last member.
/// @param line_json an object that is not empty
std::string sealed_line(const std::string& line_json, std::string_view chain);

struct unsealed_line {
  std::string json;
  std::string chain;
};

/// @returns none for what sealed_line did not make
std::optional<unsealed_line> unseal(std::string_view line);

} // namespace claw
