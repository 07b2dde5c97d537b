#include "test/support/talking_bot.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE_METHOD(bot_fixture, "the bot shows how the broker stands", "[bot]") {
  REQUIRE(socket->shown.size() == 1);
  CHECK(socket->shown[0].words == "1 running, 2 queued");
  CHECK(socket->shown[0].shown == bot_presence::light::online);
  chat.broker_away = true;
  pass(40s);
  REQUIRE(socket->shown.size() == 2);
  CHECK(socket->shown[1].shown == bot_presence::light::idle);
  chat.broker_away = false;
  chat.workers = {drained_worker()};
  pass(60s);
  CHECK(socket->shown.back().shown == bot_presence::light::busy);
}

TEST_CASE_METHOD(bot_fixture, "slash commands are registered once, not at every start", "[bot]") {
  CHECK(chat.count(discord_call::kind::register_commands) == 1);
  restart();
  pass(5s);
  CHECK(chat.count(discord_call::kind::register_commands) == 1);
}

TEST_CASE_METHOD(still_bot, "a server that takes only plain slash commands gets these", "[bot]") {
  const auto fancy = [](const discord_call& x) {
    return std::any_of(x.commands.begin(), x.commands.end(), [](const slash_command& command) {
      return std::any_of(command.options.begin(), command.options.end(),
                         [](const slash_option& o) { return o.completed || o.what != slash_option::kind::text; });
    });
  };
  chat.refuse = [fancy](const discord_call& x) -> std::optional<discord_answer> {
    if (x.what != discord_call::kind::register_commands || !fancy(x))
      return {};
    return refusal(400, 50035);
  };
  start();
  pass(5s);
  CHECK(chat.count(discord_call::kind::register_commands) == 2);
  restart();
  pass(5s);
  CHECK(chat.count(discord_call::kind::register_commands) == 2);
}

TEST_CASE_METHOD(bot_fixture, "repositories are offered while a command is typed, by way of one job", "[bot]") {
  type("grep", "repo", "no");
  REQUIRE(chat.created.size() == 1);
  CHECK(chat.created[0].command == "repo_list");
  chat.finish("job-1", "notes");
  pass(1s);
  REQUIRE(chat.calls.back().what == discord_call::kind::choices);
  REQUIRE(chat.calls.back().choices.size() == 1);
  CHECK(chat.calls.back().choices[0].value == "notes");
  type("grep", "repo", "x");
  CHECK(chat.calls.back().choices.empty());
  CHECK(chat.created.size() == 1);
}

TEST_CASE_METHOD(bot_fixture, "whoever types a command gets an answer in time, also when no worker lists repositories",
                 "[bot]") {
  type("last", "repo", "");
  pass(1'750ms);
  CHECK(chat.calls.back().what == discord_call::kind::choices);
  CHECK(chat.calls.back().choices.empty());
}

TEST_CASE_METHOD(bot_fixture, "models and one's own jobs are offered while a command is typed", "[bot]") {
  remote_worker worker;
  worker.worker_id = "box-1";
  worker.caps = {"llm:big", "repo_tools"};
  worker.live = true;
  chat.workers = {worker};
  pass(20s);
  type("ask", "model", "B");
  REQUIRE(chat.calls.back().choices.size() == 1);
  CHECK(chat.calls.back().choices[0].name == "big (box-1)");
  CHECK(chat.calls.back().choices[0].value == "big");
  say("ping hello");
  type("cancel", "job_id", "job");
  REQUIRE(chat.calls.back().choices.size() == 1);
  CHECK(chat.calls.back().choices[0].value == "job-1");
}

TEST_CASE_METHOD(bot_fixture, "a slash command is acknowledged at once and answered like a message", "[bot]") {
  command("ping", {{"text", "hello", false}});
  CHECK(chat.count(discord_call::kind::acknowledge) == 1);
  CHECK(chat.created.at(0).payload == "hello");
  REQUIRE(chat.said().size() == 1);
  chat.finish("job-1", "pong: hello");
  pass(5s);
  CHECK(chat.said() == std::vector<std::string>{"pong: hello"});
}

TEST_CASE_METHOD(bot_fixture, "a slash command that comes too late is dropped: its person has been told so", "[bot]") {
  chat.refuse = [](const discord_call& x) -> std::optional<discord_answer> {
    if (x.what != discord_call::kind::acknowledge)
      return std::nullopt;
    return refusal(404, discord_code::unknown_interaction);
  };
  command("ping", {{"text", "hello", false}});
  pass(10s);
  CHECK(chat.jobs.empty());
  CHECK(chat.said().empty());
  CHECK(chat.memory.errands.empty());
}

TEST_CASE_METHOD(bot_fixture, "a slash command whose acknowledgement is repeated is carried out", "[bot]") {
  chat.lose = [this](const discord_call& x) {
    return x.what == discord_call::kind::acknowledge && chat.count(discord_call::kind::acknowledge) == 1;
  };
  command("ping", {{"text", "hello", false}});
  pass(1s);
  REQUIRE(chat.jobs.size() == 1);
  chat.finish("job-1", "pong: hello");
  pass(5s);
  CHECK(chat.count(discord_call::kind::acknowledge) == 2);
  CHECK(chat.said() == std::vector<std::string>{"pong: hello"});
}

TEST_CASE("a slash command in a thread of an allowed channel is heard, also in one that was never seen", "[bot]") {
  still_bot x{in_town(5)};
  discord_channel thread;
  thread.id = snowflake{510};
  thread.parent = town;
  thread.thread = true;
  x.chat.channels[thread.id] = thread;
  x.start();
  discord_interaction wish;
  wish.application = bot_user;
  wish.guild = guild;
  wish.user = alice;
  wish.token = "t";
  wish.what = discord_interaction::kind::command;
  wish.name = "ping";
  wish.options = {{"text", "hello", false}};
  for (const auto place : {snowflake{510}, snowflake{510}, snowflake{511}}) {
    wish.id = x.chat.fresh_id();
    wish.channel = place;
    x.dispatch("INTERACTION_CREATE", interaction_created{wish});
    x.pass(1s);
  }
  CHECK(x.chat.jobs.size() == 2);
  CHECK(x.chat.count(discord_call::kind::channel) == 2);
  CHECK(x.chat.count(discord_call::kind::reply) == 1); // not authorized
}

TEST_CASE_METHOD(bot_fixture, "an answer for one person's eyes is one message, however long", "[bot]") {
  say("ping hello");
  chat.finish("job-1", std::string(5'000, 'x'));
  pass(5s);
  command("status", {{"job_id", "job-1", false}});
  pass(5s);
  const auto replies = chat.count(discord_call::kind::edit_reply);
  CHECK(replies == 1);
  CHECK(last_said().file.has_value());
  CHECK(chat.count(discord_call::kind::follow_up) == 0);
}

TEST_CASE_METHOD(bot_fixture, "a button that another process with the same token obeys is left to it", "[bot]") {
  say("ping hello");
  const auto button = last_said().buttons.at(0);
  chat.refuse = [](const discord_call& x) -> std::optional<discord_answer> {
    if (x.what != discord_call::kind::acknowledge_button)
      return std::nullopt;
    return refusal(400, discord_code::already_acknowledged);
  };
  press(button, alice, last_said().id);
  pass(5s);
  CHECK(chat.jobs["job-1"].status == "queued");
}
