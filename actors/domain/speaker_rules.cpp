#include "actors/domain/speaker_rules.hpp"

#include "actors/domain/ascii.hpp"

namespace claw {

namespace {

/// In words, of a person, or of a machine that the operator trusts not to answer: whatever answers machines may answer
/// itself for ever.
bool is_speech(const discord_message& x, snowflake me, const speaker_rules& rules) {
  const bool heard = !x.from_machine || (is_set(x.guild) && rules.machines.count(x.author) != 0);
  return x.what != discord_message::kind::system && heard && is_set(x.author) && x.author != me;
}

bool is_known(snowflake user, const speaker_rules& rules) {
  return rules.people.count(user) != 0 || rules.machines.count(user) != 0;
}

/// Of a channel of ours, by somebody who may speak there.
bool may_be_in_thread(snowflake user, snowflake guild, snowflake channel, const speaker_rules& rules) {
  return is_set(guild) && !rules.channels.empty() && is_known(user, rules) && rules.channels.count(channel) == 0;
}

hearing judge(snowflake user, snowflake guild, snowflake channel, snowflake parent, const speaker_rules& rules) {
  const bool known = is_known(user, rules);
  if (!is_set(guild))
    return known ? hearing::take : hearing::refuse;
  const bool here = rules.channels.count(channel) != 0 || (is_set(parent) && rules.channels.count(parent) != 0);
  return known && here ? hearing::take : hearing::ignore;
}

} // namespace

hearing hearing_of(const discord_message& x, snowflake parent, snowflake me, const speaker_rules& rules) {
  if (!is_speech(x, me, rules))
    return hearing::ignore;
  return judge(x.author, x.guild, x.channel, parent, rules);
}

hearing hearing_of(const discord_interaction& x, const speaker_rules& rules) {
  const auto heard = judge(x.user, x.guild, x.channel, x.parent, rules);
  return heard == hearing::take ? heard : hearing::refuse; // whoever presses something is owed an answer
}

bool may_be_heard(const discord_message& x, snowflake me, const speaker_rules& rules) {
  return is_speech(x, me, rules) && (!is_set(x.guild) || is_known(x.author, rules));
}

bool needs_parent(const discord_message& x, snowflake me, const speaker_rules& rules) {
  return is_speech(x, me, rules) && may_be_in_thread(x.author, x.guild, x.channel, rules);
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
