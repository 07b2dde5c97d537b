#pragma once
// How single configuration values and env files are read.

#include "apps/config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

std::optional<int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);
std::optional<bool> parse_flag(std::string_view text);
std::vector<std::string> split_list(std::string_view comma_separated);

/// @returns why the value does not fit the row, "" when it does. Never repeats the value of a secret.
std::string problem_with(const config_row& row, std::string_view value);

/// Reads `KEY=value` lines as systemd's EnvironmentFile= does: `#` and `;` begin comments, values
/// may stand in single or double quotes, a leading `export ` is passed over. @returns one sentence
/// a bad line, without its value.
std::vector<std::string> parse_env_file(std::string_view content,
                                        std::map<std::string, std::string>& values);

} // namespace claw
