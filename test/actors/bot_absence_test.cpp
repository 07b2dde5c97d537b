#include "test/support/talking_bot.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE("what was said while the bot was away is answered once it is back", "[bot]") {
  still_bot x{in_town(10)};
  x.start();
  x.say("ping before");
  x.say("ping in town", bob, town);
  x.stop();
  x.chat.wall_ms += 600'000;
  x.say("ping missed", alice, alice_direct, false);
  x.say("ping missed in town", bob, town, false);
  x.say("ping missed too", bob, town, false);
  x.start();
  x.pass(5s);
  CHECK(x.chat.jobs.size() == 5);
  x.restart();
  x.pass(5s);
  CHECK(x.chat.jobs.size() == 5);
  CHECK(x.chat.created.size() == 5);
}

TEST_CASE("a request among much that others say is found after an absence", "[bot]") {
  still_bot x{in_town(10)};
  x.settings.rules.people = {alice};
  x.start();
  x.say("ping before", alice, town);
  x.stop();
  x.say("ping missed", alice, town, false);
  for (int i = 0; i < 1'500; ++i)
    x.say("chatter", bob, town, false);
  x.say("ping missed too", alice, town, false);
  x.start();
  x.pass(5s);
  REQUIRE(x.chat.created.size() == 3);
  CHECK(x.chat.created[1].payload == "missed");
}

TEST_CASE("of very many requests in an absence the newest fifty are answered", "[bot]") {
  still_bot x{in_town(100)};
  x.start();
  x.say("ping before", alice, town);
  x.stop();
  for (int i = 1; i <= 120; ++i)
    x.say("ping " + std::to_string(i), alice, town, false);
  x.start();
  x.pass(5s);
  REQUIRE(x.chat.created.size() == 51);
  CHECK(x.chat.created[1].payload == "71");
  CHECK(x.chat.created[50].payload == "120");
}

TEST_CASE("what another process answered while this one was away is not answered again", "[bot]") {
  still_bot x{in_town(10)};
  x.start();
  x.say("ping before");
  x.chat.finish("job-1", "pong: before");
  x.pass(5s);
  const auto left = x.chat.memory;
  x.say("ping hello"); // the other process, with the same token and memory
  x.pass(60s);
  x.chat.finish("job-2", "pong: hello");
  x.pass(5s);
  const auto said = x.chat.said();
  x.stop();
  x.chat.memory = left;
  x.chat.wall_ms += 600'000;
  x.start();
  x.pass(60s);
  CHECK(x.chat.jobs.size() == 2);
  CHECK(x.chat.said() == said);
}

TEST_CASE_METHOD(bot_fixture, "where another process was first with the broker, what it says is taken over", "[bot]") {
  const auto message = chat.post("ping hello", alice, alice_direct);
  chat.keys["discord:400:" + to_string(message.id)] = "job-1";
  chat.jobs["job-1"].id = "job-1";
  chat.jobs["job-1"].status = "queued";
  chat.happen("job-1", "created");
  dispatch("MESSAGE_CREATE", message_created{message});
  pass(1s);
  CHECK(chat.said().empty());
  SECTION("it speaks") {
    chat.messages.push_back({chat.fresh_id(),
                             alice_direct,
                             bot_user,
                             message.id,
                             "Job created: job-1. Waiting for result...",
                             "",
                             {},
                             {},
                             true,
                             0});
  }
  SECTION("it has died") {}
  pass(10s);
  CHECK(chat.said().size() == 1);
  chat.finish("job-1", "pong: hello");
  pass(5s);
  CHECK(chat.said() == std::vector<std::string>{"pong: hello"});
}

TEST_CASE("what was said in a thread that was begun while the bot was away is answered once it is back", "[bot]") {
  still_bot x{in_town(10)};
  x.start();
  x.say("ping before", alice, town);
  x.stop();
  x.chat.wall_ms += 600'000;
  const auto thread = x.chat.fresh_id();
  x.say("ping missed", alice, thread, false);
  x.start();
  discord_channel seen;
  seen.id = thread;
  seen.parent = town;
  seen.thread = true;
  x.dispatch("GUILD_CREATE", channels_seen{{seen}});
  x.pass(5s);
  REQUIRE(x.chat.created.size() == 2);
  CHECK(x.chat.created[1].payload == "missed");
  x.restart();
  x.dispatch("GUILD_CREATE", channels_seen{{seen}});
  x.pass(5s);
  CHECK(x.chat.created.size() == 2);
}

TEST_CASE("a bot that sees a channel for the first time answers nothing that stands there", "[bot]") {
  still_bot x{in_town()};
  x.say("ping old", alice, town, false);
  x.start();
  x.pass(5s);
  CHECK(x.chat.jobs.empty());
  x.say("ping new", alice, town);
  CHECK(x.chat.jobs.size() == 1);
}
