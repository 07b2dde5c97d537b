#pragma once
// How long the bot's actors wait: before they try again what failed, and for the store's word.

#include <chrono>

namespace claw {

inline constexpr std::chrono::milliseconds again_min{2'000};
inline constexpr std::chrono::milliseconds again_max{60'000};
inline constexpr std::chrono::seconds bot_store_time_max{60};

} // namespace claw
