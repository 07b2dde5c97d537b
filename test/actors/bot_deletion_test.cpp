// Requests whose messages their authors delete while the bot cannot hear of it.
#include "test/support/talking_bot.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

/// What was told meanwhile is lost with the session.
void start_in_new_session(still_bot& x) {
  x.chat.memory.session.reset();
  x.start(false);
  x.pass(6s); // between two sessions
  x.connect();
}

bool waits_no_longer(const still_bot& x) {
  const auto said = x.chat.said();
  return std::none_of(said.begin(), said.end(), [](const std::string& text) { return has(text, "waits its turn"); });
}

} // namespace

TEST_CASE("a request that waited and was deleted while the bot was away is not carried out", "[bot][deletion]") {
  still_bot x{in_town()};
  x.start();
  x.say("ping first");
  const auto held = x.say("ping held");
  REQUIRE_FALSE(waits_no_longer(x));
  x.stop();
  x.chat.remove(held);
  SECTION("its turn comes later, in a new session") {
    start_in_new_session(x);
    x.pass(5s);
    CHECK(waits_no_longer(x));
    x.chat.finish("job-1", "pong: first");
  }
  SECTION("its turn comes later, in the same session") {
    x.start();
    x.chat.finish("job-1", "pong: first");
  }
  SECTION("its turn comes before the bot is connected") {
    x.chat.finish("job-1", "pong: first");
    start_in_new_session(x);
  }
  x.pass(60s);
  CHECK(x.chat.created.size() == 1);
  CHECK(x.chat.said() == std::vector<std::string>{"pong: first", "Taken back."});
  CHECK(x.chat.count(discord_call::kind::message) <= 2); // one a request
}

TEST_CASE("a request that was deleted before the broker could be asked is not carried out", "[bot][deletion]") {
  still_bot x{in_town()};
  x.chat.broker_away = true;
  x.start();
  const auto asked = x.say("ping hello");
  x.stop();
  x.chat.remove(asked);
  x.chat.broker_away = false;
  x.start();
  x.pass(60s);
  CHECK(x.chat.jobs.empty());
  CHECK(x.chat.said() == std::vector<std::string>{"Taken back."});
}

TEST_CASE("a job whose request was deleted while the bot was away is cancelled unless it runs", "[bot][deletion]") {
  still_bot x{in_town()};
  x.start();
  const auto asked = x.say("ping hello");
  const bool runs = GENERATE(true, false);
  x.stop();
  x.chat.remove(asked);
  if (runs)
    x.chat.claim("job-1");
  start_in_new_session(x);
  x.pass(5s);
  CHECK(x.chat.count(discord_call::kind::message) == 1);
  CHECK(x.chat.jobs["job-1"].outcome == (runs ? "" : "cancelled"));
  CHECK(std::none_of(x.chat.events["job-1"].begin(), x.chat.events["job-1"].end(),
                     [](const remote_event& e) { return e.type == "cancel_asked"; }));
}

TEST_CASE("a request whose message cannot be looked at is carried out", "[bot][deletion]") {
  const auto no = GENERATE(refusal(403, discord_code::missing_access), refusal(404, discord_code::unknown_channel),
                           refusal(404, 0), refusal(502, 0));
  still_bot x{in_town()};
  x.start();
  x.say("ping first");
  x.say("ping held");
  x.stop();
  x.chat.refuse = [no](const discord_call& call) {
    return call.what == discord_call::kind::message ? std::optional{no} : std::nullopt;
  };
  x.start();
  x.chat.finish("job-1", "pong: first");
  x.pass(120s);
  REQUIRE(x.chat.jobs.size() == 2);
  x.chat.finish("job-2", "pong: held");
  x.pass(5s);
  CHECK(x.chat.said().back() == "pong: held");
}

TEST_CASE("a request that is deleted while a session is lost is taken back in the next one", "[bot][deletion]") {
  still_bot x{in_town()};
  x.start();
  x.say("ping first");
  const auto held = x.say("ping held");
  x.hear(link_closed{x.socket->opened, 4009, ""});
  x.chat.remove(held);
  x.pass(10s);
  x.connect();
  x.pass(5s);
  CHECK(x.socket->identified == 2);
  CHECK(waits_no_longer(x));
  x.chat.finish("job-1", "pong: first");
  x.pass(5s);
  CHECK(x.chat.created.size() == 1);
}

TEST_CASE("a request that waits is taken back also when the bot is killed as it says that it does", "[bot][deletion]") {
  for (const bool before : {true, false})
    for (unsigned n = 1; n < 12; ++n) {
      still_bot x{in_town()};
      x.start();
      x.say("ping first");
      x.die_at(n, before);
      const auto held = x.say("ping held");
      x.restart();
      x.stop();
      x.chat.remove(held);
      start_in_new_session(x);
      x.chat.finish("job-1", "pong: first");
      x.pass(60s);
      CAPTURE(before, n, x.chat.said());
      CHECK(x.chat.created.size() == 1);
      CHECK(waits_no_longer(x));
    }
}
