#include "actors/domain/snowflake.hpp"

#include <charconv>

namespace claw {

namespace {

constexpr int64_t discord_epoch_ms = 1'420'070'400'000; // the first second of 2015
constexpr unsigned time_shift = 22;

} // namespace

snowflake parse_snowflake(std::string_view text) {
  uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stop == end ? snowflake{value} : snowflake{};
}

std::string to_string(snowflake x) {
  return std::to_string(static_cast<uint64_t>(x));
}

int64_t made_at_ms(snowflake x) {
  return static_cast<int64_t>(static_cast<uint64_t>(x) >> time_shift) + discord_epoch_ms;
}

snowflake snowflake_at(int64_t wall_ms) {
  return wall_ms <= discord_epoch_ms ? snowflake{}
                                     : snowflake{static_cast<uint64_t>(wall_ms - discord_epoch_ms) << time_shift};
}

} // namespace claw
