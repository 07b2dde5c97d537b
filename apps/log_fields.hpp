#pragma once
// The fields of a log line, for those who want them as JSON.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claw {

/// Reads `event=name key=value key="a value"`: in quotes, `\"` and `\\` stand for themselves, every other escape stays
/// as log_value wrote it. What is no field is gathered under `message`. Of a key that stands twice the first counts.
std::vector<std::pair<std::string, std::string>> log_fields(std::string_view message);

/// One line: an object with `ts`, `level`, `program` and the fields, ASCII alone, so that nothing in it acts on a
/// terminal. The message must have been redacted.
std::string json_log_line(std::string_view ts, std::string_view level, std::string_view program,
                          std::string_view message);

} // namespace claw
