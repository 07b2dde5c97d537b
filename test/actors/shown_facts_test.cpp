// Actors that block cannot be asked: what they are at, they show before.

#include "test/support/inspection_house.hpp"
#include "test/support/run_fixture.hpp"
#include "test/support/shown_facts.hpp"
#include "test/support/still_runner.hpp"
#include "test/support/talking_bot.hpp"

#include <algorithm>

using namespace claw;
using words = std::vector<std::string>;

TEST_CASE_METHOD(test::run_fixture, "a command shows its name and its job while it works", "[inspection]") {
  words shown;
  commands->command("ping", [&](const std::string&, const stop_token&) {
    shown = facts_in(*cfg.roster, "command");
    return outcome<std::string>{"pong"};
  });
  start("ping", "a text that is nobody's business");
  settle();
  CHECK(shown == words{"job_id=job-1 command=ping"});
  CHECK(facts_in(*cfg.roster, "command").empty());
}

TEST_CASE_METHOD(test::run_fixture, "a chat and a tool show their job and step while they work", "[inspection]") {
  words chats, calls;
  tools->tool("repo_list", [&](const std::string&, const stop_token&) {
    calls = facts_in(*cfg.roster, "tool");
    tool_result x;
    x.ok = true;
    return x;
  });
  chat->then_calls({{"repo_list", "{}"}});
  chat->then([&](const chat_request&, const stop_token&, const chat_listener&) {
    chats = facts_in(*cfg.roster, "chat");
    chat_reply x;
    x.content = "fine";
    return chat_outcome{x, {}};
  });
  start_task("look");
  settle();
  CHECK(calls == words{"job_id=job-1 tool=repo_list step=1"});
  CHECK(chats == words{"job_id=job-1 request=2 has_turn=true"});
}

TEST_CASE("a runner's links show their orders", "[inspection]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  x.pass(std::chrono::seconds{30});
  x.finish("j1", run_outcome::kind::result, "pong");
  auto shown = facts_in(*x.roster(), "broker_link");
  std::sort(shown.begin(), shown.end());
  CHECK(shown == words{"order=ask job_id=j1", "order=claim", "order=renew job_id=j1", "order=report job_id=j1"});
}

TEST_CASE_METHOD(bot_fixture, "a bot's links show where they call, a conversation its channel", "[inspection]") {
  say("ping hello");
  const auto asks = facts_in(*roster(), "producer_link");
  CHECK(std::count(asks.begin(), asks.end(), "order=events job_id=job-1") == 1);
  const auto calls = facts_in(*roster(), "discord_link");
  const auto channel = to_string(alice_direct);
  CHECK(std::count(calls.begin(), calls.end(), "route=POST /channels/{c}/messages channel=" + channel) >= 1);
  inspection_house house{roster(), scheduler().clock().now()};
  house.ask("tree");
  settle();
  house.settle();
  REQUIRE(house.named("conversation").size() == 1);
  CHECK(fact(house.named("conversation").front(), "channel") == channel);
}
