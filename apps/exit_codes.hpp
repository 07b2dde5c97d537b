#pragma once
// How the programs end when they cannot go on. @source sysexits(3)

namespace claw::exit_codes {

inline constexpr int usage = 64;    ///< wrong arguments
inline constexpr int internal = 70; ///< the program is wrong, or a part of it failed for good
inline constexpr int io = 74;       ///< what there is to say could not be written
inline constexpr int config = 78;   ///< wrong configuration

} // namespace claw::exit_codes
