#pragma once
// Who may speak with the bot, and where.

#include "actors/domain/discord_event.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace claw {

struct speaker_rules {
  std::set<snowflake> people;   ///< the allowlist
  std::set<snowflake> admins;   ///< of these: they may end the jobs of others
  std::set<snowflake> machines; ///< bots that are heard in `channels`, as people are; no other machine ever is
  std::set<snowflake> channels; ///< in servers; direct messages of `people` are open always
};

enum class hearing : uint8_t {
  ignore,
  refuse, ///< a stranger, to be told so once
  take,
};

/// @param parent of the thread in which it was said; none elsewhere
hearing hearing_of(const discord_message& x, snowflake parent, snowflake me, const speaker_rules& rules);
hearing hearing_of(const discord_interaction& x, const speaker_rules& rules);

/// True for what may be for the bot wherever it is said: words of people whom it knows, or who can be told in private
/// that it does not.
bool may_be_heard(const discord_message& x, snowflake me, const speaker_rules& rules);

/// True when only the parent of an unknown channel can tell whether the message is for the bot.
bool needs_parent(const discord_message& x, snowflake me, const speaker_rules& rules);
bool needs_parent(const discord_interaction& x, const speaker_rules& rules);

/// The text without the bot's own mention in front and without blanks around it.
std::string spoken_text(const discord_message& x, snowflake me);

} // namespace claw
