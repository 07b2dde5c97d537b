#include "actors/domain/gateway_machine.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;
using phase = gateway_machine::phase;

namespace {

const std::string main_url = "wss://gateway.discord.gg/";
const std::string resume_url = "wss://gateway-us-east1-b.discord.gg";

template <class T>
const T* found(const gateway_actions& all) {
  for (const auto& x : all)
    if (const auto* hit = std::get_if<T>(&x))
      return hit;
  return nullptr;
}

/// A machine with a clock; every random number is 0.
struct gateway {
  explicit gateway(std::optional<gateway_session> left = {}, identify_budget budget = {})
      : machine(gateway_trust::discord, std::move(left), std::move(budget)) {}

  gateway_moment at() const { return {start + passed, 1'700'000'000'000 + passed.count(), 0}; }

  gateway_actions frame(gateway_frame::op what, std::optional<uint64_t> sequence = {}, std::string name = "",
                        discord_event event = {}) {
    gateway_frame x;
    x.what = what;
    x.sequence = sequence;
    x.name = std::move(name);
    x.event = std::move(event);
    x.beat_interval = 40s;
    return machine.on_frame(connection, x, at());
  }

  /// Lets time pass until the machine wants something.
  gateway_actions next() {
    REQUIRE(machine.due());
    passed = std::max(passed, std::chrono::ceil<std::chrono::milliseconds>(*machine.due() - start));
    auto actions = machine.on_time(at());
    if (const auto* open = found<open_link>(actions))
      connection = open->connection;
    return actions;
  }

  std::string connect() {
    auto actions = machine.now_in() == phase::resting && connection == 0 ? machine.start(at()) : next();
    if (found<ask_gateway>(actions)) {
      actions = machine.on_address({main_url, 1'000, 0ms}, at());
      while (machine.now_in() == phase::resting) {
        actions = next();
        actions = machine.on_address({main_url, 1'000, 0ms}, at());
      }
    }
    const auto* open = found<open_link>(actions);
    REQUIRE(open);
    connection = open->connection;
    machine.on_opened(connection, at());
    return open->url;
  }

  void live() {
    connect();
    frame(gateway_frame::op::hello);
    frame(gateway_frame::op::dispatch, 1, "READY", gateway_ready{snowflake{9}, snowflake{9}, "session", resume_url});
    REQUIRE(machine.now_in() == phase::live);
  }

  std::chrono::steady_clock::time_point start{1h};
  std::chrono::milliseconds passed{0};
  gateway_machine machine;
  uint64_t connection = 0;
};

} // namespace

TEST_CASE("a bot identifies after Hello and keeps the session that READY names", "[gateway]") {
  gateway x;
  CHECK(x.connect() == main_url);
  const auto greeted = x.frame(gateway_frame::op::hello);
  CHECK(found<send_identify>(greeted));
  REQUIRE(found<keep_identify_times>(greeted));
  CHECK(found<keep_identify_times>(greeted)->times_ms.size() == 1);
  const auto actions = x.frame(gateway_frame::op::dispatch, 1, "READY",
                               gateway_ready{snowflake{9}, snowflake{9}, "session", resume_url});
  REQUIRE(found<keep_session>(actions));
  CHECK(found<keep_session>(actions)->session->id == "session");
  CHECK(found<hand_over>(actions));
}

TEST_CASE("beats come at the interval with the last sequence, and at once when asked for", "[gateway]") {
  gateway x;
  x.live();
  CHECK(found<send_beat>(x.next())->sequence == 1);
  x.frame(gateway_frame::op::beat_ack);
  x.frame(gateway_frame::op::dispatch, 7, "OTHER");
  const auto before = x.passed;
  CHECK(found<send_beat>(x.next())->sequence == 7);
  CHECK(x.passed - before == 40s);
  CHECK(found<send_beat>(x.frame(gateway_frame::op::beat)));
}

TEST_CASE("a connection that misses one answer is dead and is resumed elsewhere", "[gateway]") {
  gateway x;
  x.live();
  x.next();
  const auto actions = x.next();
  REQUIRE(found<close_link>(actions));
  CHECK(found<close_link>(actions)->code == 4000);
  CHECK(x.connect() == resume_url);
  const auto hello = x.frame(gateway_frame::op::hello);
  REQUIRE(found<send_resume>(hello));
  CHECK(found<send_resume>(hello)->session == gateway_session{"session", resume_url, 1});
}

TEST_CASE("every close code has its consequence", "[gateway]") {
  for (const auto code : std::vector<uint16_t>{1001, 1006, 4000, 4001, 4002, 4008, 4020}) {
    gateway x;
    x.live();
    x.machine.on_closed(x.connection, code, x.at());
    CHECK(x.connect() == resume_url);
  }
  for (const auto code : std::vector<uint16_t>{4003, 4005, 4007, 4009}) {
    gateway x;
    x.live();
    CHECK(found<keep_session>(x.machine.on_closed(x.connection, code, x.at())));
    CHECK(x.connect() == main_url);
  }
  for (const auto code : std::vector<uint16_t>{4004, 4010, 4011, 4012, 4013, 4014}) {
    gateway x;
    x.live();
    const auto actions = x.machine.on_closed(x.connection, code, x.at());
    REQUIRE(found<give_up>(actions));
    CHECK_FALSE(found<give_up>(actions)->why.empty());
    CHECK_FALSE(x.machine.due());
  }
}

TEST_CASE("after a normal close one resume is tried, then a new session", "[gateway]") {
  gateway x;
  x.live();
  x.machine.on_closed(x.connection, uint16_t{1000}, x.at());
  CHECK(x.connect() == resume_url);
  x.machine.on_closed(x.connection, std::nullopt, x.at());
  CHECK(x.connect() == main_url);
}

TEST_CASE("a session that Discord calls invalid is resumed or dropped as it says", "[gateway]") {
  for (const bool resumable : {true, false}) {
    gateway x;
    x.live();
    gateway_frame frame;
    frame.what = gateway_frame::op::invalid_session;
    frame.resumable = resumable;
    const auto before = x.passed;
    x.machine.on_frame(x.connection, frame, x.at());
    CHECK(x.connect() == (resumable ? resume_url : main_url));
    CHECK(x.passed - before <= 5s);
  }
}

TEST_CASE("a resume that cannot connect is given up after three tries", "[gateway]") {
  gateway x{gateway_session{"session", resume_url, 5}};
  for (int i = 0; i < 3; ++i) {
    CHECK(x.connect() == resume_url);
    x.machine.on_closed(x.connection, std::nullopt, x.at());
  }
  CHECK(x.connect() == main_url);
}

TEST_CASE("a resume address outside of Discord does not get the token", "[gateway]") {
  gateway x{gateway_session{"session", "wss://discord.gg.evil.example", 5}};
  CHECK(x.connect() == main_url);
}

TEST_CASE("what is heard of an old connection means nothing", "[gateway]") {
  gateway x;
  x.live();
  const auto old = x.connection;
  x.frame(gateway_frame::op::reconnect);
  x.connect();
  x.machine.on_closed(old, uint16_t{4004}, x.at());
  CHECK(x.machine.now_in() == phase::greeting);
}

TEST_CASE("new sessions are five seconds apart, a minute in a loop, and not more than 900 a day", "[gateway]") {
  const int64_t now = 1'700'000'000'000;
  CHECK(identify_budget{}.wait(now) == 0ms);
  CHECK(identify_budget{{now - 1'000}}.wait(now) == 4s);
  std::vector<int64_t> loop;
  for (int i = 0; i < 30; ++i)
    loop.push_back(now - i * 6'000);
  CHECK(identify_budget{loop}.wait(now) == 60s);
  identify_budget day;
  auto at = now;
  for (; at < now + 86'400'000; at += std::max<int64_t>(1, day.wait(at).count()))
    if (day.wait(at) == 0ms)
      day.spend(at);
  CHECK(day.times_ms().size() <= 900);
}

TEST_CASE("a bot without sessions left waits until Discord gives new ones", "[gateway]") {
  gateway x;
  x.machine.start(x.at());
  CHECK(x.machine.on_address({main_url, 0, 3'600s}, x.at()).empty());
  CHECK(*x.machine.due() - x.start == 3'600s);
}

TEST_CASE("gateway addresses are trusted by their host", "[gateway]") {
  CHECK(parse_gateway_url("wss://gateway.discord.gg/?x=1", gateway_trust::discord).host == "gateway.discord.gg");
  CHECK(parse_gateway_url("wss://gateway.discord.gg", gateway_trust::discord).path == "/");
  for (const char* text : {"ws://gateway.discord.gg", "wss://discord.gg.example.org", "wss://evildiscord.gg",
                           "wss://discord.gg@evil.org", "https://discord.gg", "wss://127.0.0.1"})
    CHECK(parse_gateway_url(text, gateway_trust::discord).host.empty());
  CHECK(parse_gateway_url("ws://127.0.0.1:8080/gw", gateway_trust::loopback).port == "8080");
  CHECK(parse_gateway_url("ws://10.0.0.1:8080/gw", gateway_trust::anywhere).host.empty());
}
