#pragma once
// What the end of a gateway connection means for the session. @source Discord API reference, "Gateway Close Event
// Codes"

#include <cstdint>
#include <optional>
#include <string>

namespace claw {

enum class close_meaning : uint8_t {
  resume,      ///< the session lives: connect again and go on
  resume_once, ///< try, but do not insist
  identify,    ///< the session is gone
  fatal,       ///< connecting again cannot help
};

/// @param code none when the connection broke without a close frame
close_meaning meaning_of_close(std::optional<uint16_t> code);

/// For a fatal code: what the operator has to do, in one line.
std::string fatal_sentence(uint16_t code);

} // namespace claw
