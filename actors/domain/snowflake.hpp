#pragma once
// Discord's ids: 64 bits of which the upper 42 are the time of making. They order what happened in one channel.
// @source Discord API reference, "Snowflakes"

#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// Zero stands for none.
enum class snowflake : uint64_t {};

inline bool is_set(snowflake x) {
  return x != snowflake{};
}

/// @returns none for anything that is no decimal number of 64 bits
snowflake parse_snowflake(std::string_view text);

std::string to_string(snowflake x);

/// When it was made by Discord's clock, milliseconds since the Unix epoch.
int64_t made_at_ms(snowflake x);

/// The smallest id of that moment.
snowflake snowflake_at(int64_t wall_ms);

} // namespace claw
