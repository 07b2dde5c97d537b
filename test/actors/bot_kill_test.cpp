#include "test/support/talking_bot.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

std::size_t count_of(const std::vector<std::string>& all, const std::string& text) {
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), text));
}

/// One question, from the first word to the answer, with the bot killed at its n-th call and started again.
/// @returns false when the bot was done before its n-th call
bool killed_at(unsigned n, bool before, std::chrono::milliseconds away, std::chrono::seconds job_time,
               const std::string& answer) {
  still_bot x;
  x.start();
  x.pass(1s);
  x.die_at(n, before);
  x.say("ping hello");
  x.pass(job_time / 2);
  if (x.chat.jobs.count("job-1") != 0)
    x.chat.claim("job-1");
  x.pass(job_time / 2);
  if (x.chat.jobs.count("job-1") != 0)
    x.chat.finish("job-1", answer);
  x.pass(30s);
  const bool died = x.is_dead();
  x.pass(away);
  x.restart();
  x.pass(10s);
  if (x.chat.jobs.count("job-1") != 0 && x.chat.jobs["job-1"].status != "done") {
    x.chat.claim("job-1");
    x.chat.finish("job-1", answer);
  }
  x.pass(120s);
  CAPTURE(n, before, away.count(), x.chat.said());
  CHECK(x.chat.jobs.size() == 1);
  CHECK(count_of(x.chat.said(), answer) == 1);
  CHECK(x.chat.said().size() <= 2); // the status message and the answer, or the one that became the other
  CHECK(std::none_of(x.chat.memory.errands.begin(), x.chat.memory.errands.end(),
                     [](const errand& e) { return e.now_in != errand::phase::finished; }));
  return died;
}

} // namespace

TEST_CASE("a bot that is killed at any point of a quick job loses nothing and says nothing twice", "[bot][kill]") {
  for (const bool before : {true, false})
    for (const auto away : {0ms, 600'000ms}) { // within Discord's memory for nonces, and long after it
      unsigned n = 1;
      while (killed_at(n, before, away, 2s, "pong: hello"))
        REQUIRE(++n < 100);
      CHECK(n > 8);
    }
}

TEST_CASE("a bot that is killed at any point of a long job loses nothing and says nothing twice", "[bot][kill]") {
  for (const bool before : {true, false})
    for (const auto away : {0ms, 600'000ms}) {
      unsigned n = 1;
      while (killed_at(n, before, away, 40s, "pong: hello"))
        REQUIRE(++n < 100);
      CHECK(n > 8);
    }
}

TEST_CASE("an answer of several messages is whole after a kill at any point", "[bot][kill]") {
  const std::string answer = std::string(1'500, 'a') + "\n" + std::string(1'500, 'b') + "\n" + std::string(900, 'c');
  for (const auto away : {0ms, 600'000ms})
    for (unsigned n = 1; n < 40; ++n) {
      still_bot x;
      x.start();
      x.say("ping hello");
      x.chat.finish("job-1", answer);
      x.die_at(n, n % 2 == 0);
      x.pass(30s + away);
      x.restart();
      x.pass(120s);
      CAPTURE(n, away.count());
      const auto said = x.chat.said();
      REQUIRE(said.size() == 3);
      CHECK(said[0].front() == 'a');
      CHECK(said[1].front() == 'b');
      CHECK(said[2].front() == 'c');
    }
}

TEST_CASE("what a bot answers without a job is said once, too", "[bot][kill]") {
  for (const char* text : {"help", "dance", "whoami"})
    for (const bool before : {true, false})
      for (unsigned n = 1; n < 8; ++n) {
        still_bot x;
        x.start();
        x.die_at(n, before);
        x.say(text);
        x.pass(600s);
        x.restart();
        x.pass(60s);
        CAPTURE(text, before, n);
        CHECK(x.chat.said().size() == 1);
      }
}

TEST_CASE("answers that Discord accepts but loses are not repeated", "[bot][kill]") {
  still_bot x;
  unsigned lost = 0;
  x.chat.lose = [&](const discord_call& call) { return call.what == discord_call::kind::send && ++lost % 2 == 1; };
  x.start();
  x.say("ping hello");
  x.pass(30s);
  x.chat.finish("job-1", "pong: hello");
  x.pass(60s);
  CHECK(lost >= 3);
  CHECK(x.chat.said().size() == 2);
  CHECK(x.chat.said().back() == "pong: hello");
}

TEST_CASE("a job is retried once, and its answer said once, when the bot is killed at any point of it", "[bot][kill]") {
  for (const bool before : {true, false})
    for (unsigned n = 1; n < 16; ++n) {
      bot_fixture x;
      x.say("ping hello");
      x.chat.fail("job-1", "no luck");
      x.pass(5s);
      const auto button = x.last_said().buttons.at(0);
      const auto on = x.last_said().id;
      x.die_at(n, before);
      x.press(button, alice, on);
      x.pass(30s);
      x.restart();
      x.pass(5s);
      if (x.chat.jobs["job-1"].status == "failed")
        x.press(button, alice, on); // the press was lost with the process: the button is still there
      x.pass(5s);
      CAPTURE(before, n, x.chat.said());
      REQUIRE(x.chat.jobs["job-1"].status == "queued");
      x.chat.finish("job-1", "pong: hello");
      x.pass(120s);
      CHECK(count_of(x.chat.said(), "pong: hello") == 1);
    }
}

TEST_CASE("a job that fails again and again is retried once a press, also when the bot is killed at any point of it",
          "[bot][kill]") {
  for (const bool before : {true, false})
    for (unsigned n = 1; n < 16; ++n) {
      bot_fixture x;
      x.say("ping hello");
      x.chat.fail("job-1", "no luck");
      x.pass(5s);
      x.chat.fails_always = true;
      const auto button = x.last_said().buttons.at(0);
      const auto on = x.last_said().id;
      const auto retries = [&x] {
        const auto& all = x.chat.events["job-1"];
        return std::count_if(all.begin(), all.end(), [](const remote_event& e) { return e.type == "retried"; });
      };
      x.die_at(n, before);
      x.press(button, alice, on);
      x.pass(30s);
      x.restart();
      x.pass(30s);
      if (retries() == 0)
        x.press(button, alice, on); // as above
      x.pass(120s);
      CAPTURE(before, n, x.chat.said());
      CHECK(retries() == 1);
      CHECK(has(x.chat.said().back(), "no luck"));
    }
}

TEST_CASE("a job is cancelled, and that said once, when the bot is killed at any point of it", "[bot][kill]") {
  for (const bool before : {true, false})
    for (unsigned n = 1; n < 12; ++n) {
      bot_fixture x;
      x.say("ping hello");
      x.pass(5s);
      const auto button = x.last_said().buttons.at(0);
      const auto on = x.last_said().id;
      x.die_at(n, before);
      x.press(button, alice, on);
      x.pass(5s);
      x.restart();
      x.pass(5s);
      if (x.chat.jobs["job-1"].status == "queued")
        x.press(button, alice, on); // the press was lost before anybody had heard of it
      x.pass(60s);
      CAPTURE(before, n, x.chat.said());
      CHECK(x.chat.jobs["job-1"].outcome == "cancelled");
      REQUIRE(x.chat.said().size() == 1);
      CHECK(has(x.chat.said()[0], "was cancelled"));
      CHECK(x.chat.count(discord_call::kind::follow_up) == 0);
    }
}

namespace {

/// A slash command, with the bot killed at its n-th call and started again after `away`.
/// @returns false when it was done before its n-th call
bool command_killed_at(unsigned n, bool before, std::chrono::milliseconds away) {
  bot_fixture x;
  x.die_at(n, before);
  const auto id = x.command("ping", {{"text", "hello", false}});
  x.pass(500ms);
  const bool died = x.is_dead();
  x.pass(away);
  x.restart();
  x.pass(5s);
  if (x.chat.jobs.count("job-1") != 0)
    x.chat.finish("job-1", "pong: hello");
  x.pass(120s);
  CAPTURE(n, before, away.count(), x.chat.said());
  if (x.chat.acknowledged.count(id) != 0) {
    CHECK(x.chat.jobs.size() == 1);
    CHECK(x.chat.said() == std::vector<std::string>{"pong: hello"});
  } else { // Discord has told its person that the bot did not respond
    CHECK(x.chat.jobs.empty());
    CHECK(x.chat.said().empty());
  }
  CHECK(std::none_of(x.chat.memory.errands.begin(), x.chat.memory.errands.end(),
                     [](const errand& e) { return e.now_in != errand::phase::finished; }));
  return died;
}

} // namespace

TEST_CASE("a slash command that was acknowledged is answered once after a kill at any point", "[bot][kill]") {
  for (const bool before : {true, false})
    for (const auto away : {500ms, 10'000ms}) { // within the three seconds that Discord waits, and after them
      unsigned n = 1;
      while (command_killed_at(n, before, away))
        REQUIRE(++n < 100);
      CHECK(n > 5);
    }
}
