#pragma once
// What is said in a channel of Discord by one bot's account, over REST alone, and what is replied to it there.

#include "actors/ports/discord_api.hpp"
#include "apps/cli/job_follow.hpp"

#include <string>

namespace claw {

class discord_talk {
public:
  discord_talk(discord_api& rest, snowflake channel, follow_world time)
      : rest_(rest), channel_(channel), time_(std::move(time)) {}

  /// The account's id. Errors: `unreachable`, `refused` with Discord's own sentence
  outcome<snowflake> myself();

  /// @returns the message. Errors: as `myself`
  outcome<snowflake> say(const std::string& text);

  /// What machines have replied to the message, as it stands now; a line break between two. Errors: as `myself`
  outcome<std::string> replies_to(snowflake message);

private:
  outcome<discord_answer> perform(const discord_call& x);

  discord_api& rest_;
  snowflake channel_;
  follow_world time_;
};

} // namespace claw
