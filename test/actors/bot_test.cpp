#include "test/support/talking_bot.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE_METHOD(bot_fixture, "a ping becomes a job, and its quick answer takes the place of the first words",
                 "[bot]") {
  const auto asked = say("ping hello");
  REQUIRE(chat.created.size() == 1);
  CHECK(chat.created[0].command == "ping");
  CHECK(chat.created[0].payload == "hello");
  CHECK(chat.created[0].idempotency_key == "discord:400:" + to_string(asked));
  CHECK(chat.created[0].requester == "discord:200");
  REQUIRE(chat.said().size() == 1);
  CHECK(chat.said()[0] == "Job created: job-1. Waiting for result...");
  CHECK(last_said().replies_to == asked);
  REQUIRE(last_said().buttons.size() == 1);
  CHECK(last_said().silent);
  chat.finish("job-1", "pong: hello");
  pass(3s);
  CHECK(chat.said() == std::vector<std::string>{"pong: hello"});
  CHECK(last_said().buttons.empty());
}

TEST_CASE_METHOD(bot_fixture, "the answer of a job that took its time is a new message", "[bot]") {
  say("ping hello");
  chat.claim("job-1");
  pass(60s);
  CHECK(has(chat.said()[0], "Running on box-1"));
  CHECK(chat.count(discord_call::kind::typing) >= 6);
  chat.finish("job-1", "pong: hello");
  pass(5s);
  REQUIRE(chat.said().size() == 2);
  CHECK(has(chat.said()[0], "✅ Job job-1 done in 1 min 0 s"));
  CHECK(chat.said()[1] == "pong: hello");
  const auto typing = chat.count(discord_call::kind::typing);
  pass(60s);
  CHECK(chat.count(discord_call::kind::typing) == typing);
}

TEST_CASE_METHOD(bot_fixture, "a job that takes long is said to be still running, and its answer still comes",
                 "[bot]") {
  say("ping hello");
  chat.claim("job-1");
  pass(130s);
  CHECK(has(chat.said()[0], "Still running. Job ID: job-1 (try: status job-1)"));
  pass(3'600s);
  chat.finish("job-1", "late");
  pass(10s);
  CHECK(chat.said().back() == "late");
}

TEST_CASE_METHOD(bot_fixture, "a status message is edited seldom, and not at all after an hour", "[bot]") {
  say("ping hello");
  chat.claim("job-1");
  pass(60s);
  CHECK(chat.messages[1].edits <= 25);
  pass(3'600s);
  const auto edits = chat.messages[1].edits;
  pass(600s);
  CHECK(chat.messages[1].edits == edits);
}

TEST_CASE_METHOD(bot_fixture, "a token on its way out is not shown, and does not reach the broker", "[bot]") {
  say("ping hunter22");
  CHECK(chat.created.at(0).payload == "***");
  chat.finish("job-1", "pong: hunter22");
  pass(3s);
  CHECK(chat.said().back() == "pong: ***");
}

TEST_CASE_METHOD(bot_fixture, "a broker without events is asked again and again", "[bot]") {
  chat.broker_old = true;
  say("ping hello");
  chat.jobs["job-1"].status = "running";
  pass(30s);
  CHECK(has(chat.said()[0], "Running"));
  chat.finish("job-1", "pong: hello");
  pass(5s);
  CHECK(chat.said().back() == "pong: hello");
}

TEST_CASE_METHOD(bot_fixture, "a broker that is away is waited for", "[bot]") {
  chat.broker_away = true;
  say("ping hello");
  pass(30s);
  REQUIRE(chat.said().size() == 1);
  CHECK(has(chat.said()[0], "The broker cannot be reached"));
  chat.broker_away = false;
  pass(60s);
  CHECK(has(chat.said()[0], "Job created: job-1"));
  chat.finish("job-1", "pong: hello");
  pass(20s);
  CHECK(chat.said().back() == "pong: hello");
}

TEST_CASE_METHOD(bot_fixture, "a stranger is refused once in a direct message", "[bot]") {
  say("ping hello", bob, bob_direct);
  say("ping hello", bob, bob_direct);
  restart();
  say("ping hello", bob, bob_direct);
  CHECK(chat.said(bob_direct) == std::vector<std::string>{"You are not authorized to use this bot."});
  CHECK(chat.created.empty());
}

TEST_CASE("in a channel the bot hears the allowlist alone, and only where it may", "[bot]") {
  still_bot x{in_town()};
  x.settings.rules.people = {alice};
  x.start();
  x.say("<@900> ping hello", alice, town);
  CHECK(x.chat.created.size() == 1);
  CHECK(x.chat.created[0].payload == "hello");
  x.say("ping hello", bob, town);
  CHECK(x.chat.created.size() == 1);
  CHECK(x.chat.said(town).size() == 1);
}

TEST_CASE_METHOD(bot_fixture, "machines, webhooks and system messages are not answered", "[bot]") {
  auto message = chat.post("ping hello", alice, alice_direct);
  message.from_machine = true;
  dispatch("MESSAGE_CREATE", message_created{message});
  message = chat.post("ping hello", bot_user, alice_direct);
  dispatch("MESSAGE_CREATE", message_created{message});
  message = chat.post("ping hello", alice, alice_direct);
  message.what = discord_message::kind::system;
  dispatch("MESSAGE_CREATE", message_created{message});
  CHECK(chat.created.empty());
}

TEST_CASE_METHOD(bot_fixture, "a message that comes twice is one job", "[bot]") {
  const auto message = chat.post("ping hello", alice, alice_direct);
  dispatch("MESSAGE_CREATE", message_created{message});
  dispatch("MESSAGE_CREATE", message_created{message});
  restart();
  dispatch("MESSAGE_CREATE", message_created{message});
  CHECK(chat.created.size() == 1);
}

TEST_CASE("whoever has a job running waits in line for the next one", "[bot]") {
  still_bot x{in_town(1)};
  x.start();
  x.say("ping one");
  x.say("ping two");
  x.say("ping three", bob, bob_direct);
  CHECK(x.chat.jobs.size() == 2);
  CHECK(has(x.chat.said()[1], "waits its turn, at place 1"));
  x.restart();
  x.pass(10s);
  CHECK(x.chat.jobs.size() == 2);
  x.chat.finish("job-1", "one");
  x.pass(5s);
  REQUIRE(x.chat.jobs.size() == 3);
  CHECK(x.chat.created.back().payload == "two");
  x.chat.finish("job-3", "two");
  x.pass(5s);
  CHECK(x.chat.said() == std::vector<std::string>{"one", "two"});
}

TEST_CASE("whoever asks too fast is told so", "[bot]") {
  still_bot x{in_town(5, 3s)};
  x.start();
  x.say("ping one");
  x.say("ping two");
  CHECK(x.chat.jobs.size() == 1);
  CHECK(x.chat.said().back() == "Please wait 3 seconds before your next request.");
  x.pass(3s);
  x.say("ping three");
  CHECK(x.chat.jobs.size() == 2);
}

TEST_CASE_METHOD(bot_fixture, "the Cancel button ends a job, for the one who asked", "[bot]") {
  say("ping hello");
  const auto button = last_said().buttons.at(0);
  const auto on = last_said().id;
  press(button, bob, on);
  CHECK(chat.jobs["job-1"].status == "queued");
  restart();
  press(button, alice, on);
  CHECK(chat.jobs["job-1"].outcome == "cancelled");
  pass(5s);
  CHECK(has(last_said().content, "was cancelled"));
}

TEST_CASE_METHOD(bot_fixture, "the Retry button gives a failed job a second life", "[bot]") {
  say("ping hello");
  chat.fail("job-1", "no luck");
  pass(5s);
  CHECK(chat.said() == std::vector<std::string>{"Job failed: no luck"});
  REQUIRE(last_said().buttons.size() == 1);
  press(last_said().buttons[0], alice, last_said().id);
  pass(5s);
  CHECK(has(last_said().content, "Job created: job-1"));
  chat.finish("job-1", "pong: hello");
  pass(5s);
  CHECK(chat.said().back() == "pong: hello");
}

TEST_CASE_METHOD(bot_fixture, "a request that is deleted while it waits is taken back", "[bot]") {
  const auto asked = say("ping hello");
  dispatch("MESSAGE_DELETE", messages_deleted{alice_direct, {asked}});
  CHECK(chat.jobs["job-1"].outcome == "cancelled");
}

TEST_CASE_METHOD(bot_fixture, "an edit of a request under way is answered with a hint, once", "[bot]") {
  const auto asked = say("ping hello");
  dispatch("MESSAGE_UPDATE", message_changed{asked, alice_direct, false});
  CHECK(chat.said().size() == 1);
  dispatch("MESSAGE_UPDATE", message_changed{asked, alice_direct, true});
  dispatch("MESSAGE_UPDATE", message_changed{asked, alice_direct, true});
  REQUIRE(chat.said().size() == 2);
  CHECK(has(chat.said()[1], "as it was before your edit"));
  CHECK(chat.jobs.size() == 1);
}

TEST_CASE_METHOD(bot_fixture, "a very long answer comes as a file", "[bot]") {
  say("ping hello");
  std::string answer;
  for (int i = 0; i < 2'000; ++i)
    answer += "line " + std::to_string(i) + "\n";
  chat.finish("job-1", answer);
  pass(5s);
  REQUIRE(last_said().file);
  CHECK(last_said().file->name == "job-job-1.md");
  CHECK(has(last_said().file->bytes, "line 1999"));
}

TEST_CASE_METHOD(bot_fixture, "a bot without the right to speak does not ask again and again", "[bot]") {
  chat.refuse = [](const discord_call& x) -> std::optional<discord_answer> {
    if (x.what != discord_call::kind::send)
      return std::nullopt;
    discord_answer no;
    no.status = 403;
    no.code = discord_code::missing_permission;
    return no;
  };
  say("ping hello");
  chat.finish("job-1", "pong: hello");
  pass(200s);
  CHECK(chat.count(discord_call::kind::send) <= 2);
}

TEST_CASE_METHOD(bot_fixture, "a planned restart continues the session where it was", "[bot]") {
  say("help");
  pass(5s);
  restart();
  REQUIRE(socket->resumed);
  CHECK(socket->resumed->id == "session-1");
  CHECK(socket->resumed->sequence == 2);
  CHECK(socket->identified == 0);
}

TEST_CASE("whoever asks too fast in a channel gets one sentence a minute, then signs", "[bot]") {
  still_bot x{in_town(5, 3s)};
  x.start();
  for (int i = 0; i < 4; ++i)
    x.say("ping hello", alice, town);
  CHECK(x.chat.jobs.size() == 1);
  CHECK(x.chat.said(town).size() == 2);
  const auto signs = std::count_if(x.chat.calls.begin(), x.chat.calls.end(),
                                   [](const discord_call& call) { return call.emoji == "⚠️"; });
  CHECK(signs == 2);
}

TEST_CASE("a bot that may not write where it is asked answers in a direct message", "[bot]") {
  still_bot x{in_town()};
  x.chat.refuse = [](const discord_call& call) -> std::optional<discord_answer> {
    if (call.what != discord_call::kind::send || call.channel != town)
      return std::nullopt;
    return refusal(403, discord_code::missing_permission);
  };
  x.start();
  x.say("ping hello", alice, town);
  REQUIRE(x.chat.said(alice_direct).size() == 1);
  CHECK(has(x.chat.said(alice_direct)[0], "I may not write where you asked, so I answer here."));
  x.chat.finish("job-1", "pong: hello");
  x.pass(5s);
  CHECK(x.chat.said(alice_direct) == std::vector<std::string>{"pong: hello"});
}

TEST_CASE("where the bot may not reply, or the request is gone, it says the same without a reference", "[bot]") {
  for (const auto& no : {refusal(403, discord_code::no_history_right), refusal(404, 404), refusal(400, 50035)}) {
    bot_fixture x;
    x.chat.refuse = [no](const discord_call& call) -> std::optional<discord_answer> {
      if (call.what != discord_call::kind::send || !is_set(call.message_out.replies_to))
        return std::nullopt;
      return no;
    };
    x.say("ping hello");
    x.chat.claim("job-1");
    x.pass(30s);
    x.chat.finish("job-1", "pong: hello");
    x.pass(5s);
    REQUIRE(x.chat.said().size() == 2);
    CHECK(x.chat.said()[1] == "pong: hello");
  }
}

TEST_CASE_METHOD(bot_fixture, "a status message that may not be edited any more leaves the answer to a new one",
                 "[bot]") {
  say("ping hello");
  chat.refuse = [](const discord_call& call) -> std::optional<discord_answer> {
    if (call.what != discord_call::kind::edit)
      return std::nullopt;
    return refusal(429, discord_code::too_many_old_edits);
  };
  chat.finish("job-1", "pong: hello");
  pass(200s);
  CHECK(chat.said().back() == "pong: hello");
}

TEST_CASE_METHOD(bot_fixture, "an answer whose file or words Discord does not take is not lost without a word",
                 "[bot]") {
  say("ping hello");
  chat.refuse = [](const discord_call& call) -> std::optional<discord_answer> {
    if (call.what == discord_call::kind::send && call.message_out.file)
      return refusal(413, 40005);
    return std::nullopt;
  };
  chat.finish("job-1", std::string(9'000, 'x'));
  pass(5s);
  CHECK(has(chat.said().back(), "could not be attached: status job-1"));
  say("ping hello");
  pass(30s);
  chat.refuse = [](const discord_call& call) -> std::optional<discord_answer> {
    if (has(call.message_out.content, "blocked words"))
      return refusal(400, 200000);
    return std::nullopt;
  };
  chat.finish("job-2", "blocked words");
  pass(5s);
  CHECK(has(chat.said().back(), "did not take this part"));
}

TEST_CASE_METHOD(bot_fixture, "a running job that is cancelled says so until the broker confirms it", "[bot]") {
  say("ping hello");
  chat.claim("job-1");
  pass(5s);
  press(last_said().buttons.at(0), alice, last_said().id);
  pass(5s);
  CHECK(has(last_said().content, "Cancelling"));
  CHECK(last_said().buttons.empty());
  chat.fail("job-1", "cancelled", "cancelled");
  pass(5s);
  CHECK(has(last_said().content, "was cancelled"));
}

TEST_CASE("a thread that is shut leaves the answer to its channel", "[bot]") {
  auto settings = in_town();
  settings.threads = true;
  still_bot x{settings};
  x.start();
  const auto asked = x.say("ping hello", alice, town);
  REQUIRE(x.chat.said(asked).size() == 1);
  x.pass(60s);
  x.chat.refuse = [asked](const discord_call& call) -> std::optional<discord_answer> {
    if (call.what != discord_call::kind::send || call.channel != asked)
      return std::nullopt;
    return refusal(400, discord_code::thread_locked);
  };
  x.chat.finish("job-1", "pong: hello");
  x.pass(5s);
  CHECK(x.chat.said(town) == std::vector<std::string>{"pong: hello"});
}
