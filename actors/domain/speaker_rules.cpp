#include "actors/domain/speaker_rules.hpp"

#include "actors/domain/ascii.hpp"

namespace claw {

namespace {

/// Of a person, in words: whatever answers machines may answer itself for ever.
bool is_speech(const discord_message& x, snowflake me) {
  return x.what != discord_message::kind::system && !x.from_machine && is_set(x.author) && x.author != me;
}

/// Of a channel of ours, by somebody who may speak there.
bool may_be_in_thread(snowflake user, snowflake guild, snowflake channel, const speaker_rules& rules) {
  return is_set(guild) && !rules.channels.empty() && rules.people.count(user) != 0
         && rules.channels.count(channel) == 0;
}

hearing judge(snowflake user, snowflake guild, snowflake channel, snowflake parent, const speaker_rules& rules) {
  const bool known = rules.people.count(user) != 0;
  if (!is_set(guild))
    return known ? hearing::take : hearing::refuse;
  const bool here = rules.channels.count(channel) != 0 || (is_set(parent) && rules.channels.count(parent) != 0);
  return known && here ? hearing::take : hearing::ignore;
}

} // namespace

hearing hearing_of(const discord_message& x, snowflake parent, snowflake me, const speaker_rules& rules) {
  if (!is_speech(x, me))
    return hearing::ignore;
  return judge(x.author, x.guild, x.channel, parent, rules);
}

hearing hearing_of(const discord_interaction& x, const speaker_rules& rules) {
  const auto heard = judge(x.user, x.guild, x.channel, x.parent, rules);
  return heard == hearing::take ? heard : hearing::refuse; // whoever presses something is owed an answer
}

bool may_be_heard(const discord_message& x, snowflake me, const speaker_rules& rules) {
  return is_speech(x, me) && (!is_set(x.guild) || rules.people.count(x.author) != 0);
}

bool needs_parent(const discord_message& x, snowflake me, const speaker_rules& rules) {
  return is_speech(x, me) && may_be_in_thread(x.author, x.guild, x.channel, rules);
}

bool needs_parent(const discord_interaction& x, const speaker_rules& rules) {
  return !is_set(x.parent) && may_be_in_thread(x.user, x.guild, x.channel, rules);
}

std::string spoken_text(const discord_message& x, snowflake me) {
  auto text = trimmed(x.content);
  for (const auto& mention : {"<@" + to_string(me) + ">", "<@!" + to_string(me) + ">"})
    if (text.starts_with(mention))
      return std::string{trimmed(text.substr(mention.size()))};
  return std::string{text};
}

} // namespace claw
