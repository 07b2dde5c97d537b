#pragma once
// A whole bot in the test's own thread, between a Discord and a broker in memory, on a clock that the test moves. The
// bot can be killed at any call that leaves it, before or after the call took effect, and started again on what it
// kept.

#include "actors/bot/bot_system.hpp"
#include "actors/shared/observed_actor.hpp"
#include "test/support/catch.hpp"
#include "test/support/chat_broker.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace claw {

class still_bot {
public:
  explicit still_bot(bot_settings x = {}) : settings(std::move(x)), actors_(caf_config_) {
    spdlog::set_level(spdlog::level::off);
    scheduler().clock().current_time += std::chrono::hours(1);
    settings.detached = false;
    settings.instance_name = "test-bot";
    if (settings.rules.people.empty())
      settings.rules.people = {alice};
  }

  ~still_bot() {
    stop();
    scheduler().clock().cancel_all();
    actors_.await_actors_before_shutdown(false);
  }

  /// A new process on what the last one left; connected when `ready`.
  void start(bool ready = true) {
    life_ = std::make_shared<bot_life>();
    bot_world world;
    world.connect_discord = [this] { return std::make_shared<chat_discord_link>(chat, life_); };
    world.connect_broker = [this] { return std::make_shared<chat_broker_link>(chat, life_); };
    socket = std::make_shared<chat_socket>();
    world.socket = socket;
    world.store = std::make_shared<chat_store>(chat, life_);
    world.memory = chat.memory;
    world.speech = std::make_shared<plain_speech>();
    world.trust = gateway_trust::loopback;
    world.wall_ms = [this] { return chat.wall_ms; };
    world.random = [] { return uint64_t{0}; };
    world.on_give_up = [this](const std::string& why) { gave_up = why; };
    bot = std::make_unique<bot_system>(actors_, settings, std::move(world));
    settle();
    if (ready)
      connect();
  }

  void stop() {
    if (life_)
      life_->over = true;
    bot.reset();
    settle();
  }

  /// As after kill -9: nothing more takes effect.
  void restart() {
    stop();
    start();
  }

  /// Brings the gateway up, with a new session or the old one.
  void connect() {
    REQUIRE(socket->opened > 0);
    hear(link_opened{socket->opened});
    gateway_frame hello;
    hello.what = gateway_frame::op::hello;
    hello.beat_interval = std::chrono::milliseconds{45'000};
    hear(link_frame{socket->opened, hello});
    if (socket->resumed)
      dispatch("RESUMED", gateway_resumed{});
    else
      dispatch("READY", gateway_ready{bot_user, bot_user, "session-1", "ws://127.0.0.1:1/resume"});
  }

  void dispatch(const std::string& name, discord_event event) {
    gateway_frame frame;
    frame.what = gateway_frame::op::dispatch;
    frame.name = name;
    frame.sequence = ++sequence;
    frame.event = std::move(event);
    hear(link_frame{socket->opened, std::move(frame)});
  }

  void hear(link_signal x) {
    socket->to(std::move(x));
    settle();
  }

  /// Somebody writes; the bot hears of it when it is connected.
  snowflake say(const std::string& text, snowflake user = alice, snowflake channel = alice_direct, bool heard = true) {
    const auto message = chat.post(text, user, channel);
    if (heard)
      dispatch("MESSAGE_CREATE", message_created{message});
    return message.id;
  }

  /// Runs everything that needs no time.
  void settle() {
    for (int i = 0; scheduler().try_run_once(); ++i)
      REQUIRE(i < 100'000); // a loop that never rests
  }

  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{250};
    for (; time.count() > 0; time -= step) {
      const auto next = std::min(time, step);
      chat.wall_ms += next.count();
      scheduler().advance_time(next);
      settle();
      acknowledge_beats();
    }
  }

  /// The n-th call that leaves the bot from now on is its last.
  void die_at(unsigned n, bool before) { life_->die_at(n, before); }
  bool is_dead() const { return life_->over; }

  std::shared_ptr<const actor_roster> roster() const { return caf_config_.roster; }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(actors_.scheduler());
  }

  bot_settings settings;
  chat_world chat;
  std::shared_ptr<chat_socket> socket;
  std::unique_ptr<bot_system> bot;
  uint64_t sequence = 0;
  std::optional<std::string> gave_up;

private:
  void acknowledge_beats() {
    if (!socket || std::exchange(socket->beats, 0) == 0)
      return;
    gateway_frame ack;
    ack.what = gateway_frame::op::beat_ack;
    hear(link_frame{socket->opened, ack});
  }

  struct still_config : observed_system_config {
    still_config() {
      set("scheduler.policy", caf::atom("testing"));
      roster = std::make_shared<actor_roster>();
    }
  };

  std::shared_ptr<bot_life> life_;
  still_config caf_config_;
  caf::actor_system actors_;
};

} // namespace claw
