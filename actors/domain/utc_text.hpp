#pragma once
// A wall time for people and reports, whatever the machine's time zone.

#include <cstdint>
#include <string>

namespace claw {

/// RFC 3339, UTC: `2026-02-03T04:05:06Z`; "an unknown time" where no calendar has it. @param at_s since the epoch
std::string utc_text(int64_t at_s);

} // namespace claw
