#pragma once
// Whether something was sent already: by a process that was killed before it could note it, by another one with the
// same token, or by a call whose answer was lost. Discord's memory for nonces lasts minutes; the channel's lasts.

#include "actors/domain/discord_call.hpp"
#include "actors/domain/errand.hpp"

#include <vector>

namespace claw {

/// @param seen of the channel, in any order
/// @param wanted what is to be sent on the errand now  @param me whose messages count
/// @returns the oldest message that must be it; none where there is none
snowflake sent_before(const std::vector<discord_message>& seen, const outgoing_message& wanted, const errand& x,
                      snowflake me);

} // namespace claw
