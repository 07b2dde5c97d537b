#pragma once
// A still_bot that is connected from the start, with the things that people do.

#include "test/support/still_bot.hpp"

namespace claw {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct bot_fixture : still_bot {
  bot_fixture() { start(); }

  shown_message& last_said() {
    const auto at = std::find_if(chat.messages.rbegin(), chat.messages.rend(),
                                 [](const shown_message& x) { return x.author == bot_user; });
    REQUIRE(at != chat.messages.rend());
    return *at;
  }

  /// Somebody types an option of a slash command.
  void type(const std::string& command, const std::string& option, const std::string& typed) {
    discord_interaction x;
    x.id = chat.fresh_id();
    x.channel = alice_direct;
    x.user = alice;
    x.token = "t";
    x.what = discord_interaction::kind::choices;
    x.name = command;
    x.options = {{option, typed, true}};
    dispatch("INTERACTION_CREATE", interaction_created{x});
    settle();
  }

  /// Somebody sends a slash command.
  snowflake command(const std::string& name, std::vector<discord_interaction::option> options) {
    discord_interaction x;
    x.id = chat.fresh_id();
    x.application = bot_user;
    x.channel = alice_direct;
    x.user = alice;
    x.token = "t";
    x.what = discord_interaction::kind::command;
    x.name = name;
    x.options = std::move(options);
    dispatch("INTERACTION_CREATE", interaction_created{x});
    return x.id;
  }

  void press(const message_button& button, snowflake user, snowflake on) {
    discord_interaction x;
    x.id = chat.fresh_id();
    x.channel = alice_direct;
    x.user = user;
    x.token = "t";
    x.what = discord_interaction::kind::button;
    x.custom_id = button.custom_id;
    x.message = on;
    dispatch("INTERACTION_CREATE", interaction_created{x});
    settle();
  }
};

inline discord_answer refusal(unsigned status, int code) {
  discord_answer no;
  no.status = status;
  no.code = code;
  return no;
}

inline remote_worker drained_worker() {
  remote_worker x;
  x.worker_id = "box-1";
  x.live = x.draining = true;
  return x;
}

inline bot_settings in_town(std::size_t jobs_max = 1, std::chrono::milliseconds cooldown = {}) {
  bot_settings x;
  x.rules.people = {alice, bob};
  x.rules.channels = {town};
  x.turns = {cooldown, jobs_max};
  return x;
}

} // namespace claw
