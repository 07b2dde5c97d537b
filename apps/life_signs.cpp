#include "apps/life_signs.hpp"

#include "apps/config_text.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace claw {

namespace {

constexpr std::chrono::milliseconds interval_min{50};

} // namespace

life_sign_plan
life_sign_plan_of(const std::function<std::optional<std::string>(const char*)>& environment, int own_pid) {
  life_sign_plan plan{notify_socket{environment("NOTIFY_SOCKET").value_or("")}};
  const auto patience_us = parse_integer(environment("WATCHDOG_USEC").value_or(""));
  const auto pid = environment("WATCHDOG_PID");
  if (patience_us && *patience_us > 0 && (!pid || *pid == std::to_string(own_pid)))
    plan.interval = std::max(interval_min, std::chrono::milliseconds{*patience_us / 3'000});
  return plan;
}

life_sign_plan life_sign_plan_here() {
  const auto environment = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
  return life_sign_plan_of(environment, ::getpid());
}

life_signs::life_signs(life_sign_plan plan, question ask) : plan_(std::move(plan)), ask_(std::move(ask)) {
  if (!plan_.manager.is_heard())
    return;
  if (!plan_.manager.say("READY=1"))
    spdlog::warn("event=notify_failed why=\"the socket that NOTIFY_SOCKET names takes no message\"");
  thread_ = std::thread{[this] { give_signs(); }};
}

life_signs::~life_signs() {
  stop();
  if (thread_.joinable())
    thread_.join();
}

void life_signs::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(stopping_, true))
      return;
  }
  changed_.notify_all();
  plan_.manager.say("STOPPING=1\nSTATUS=ending");
}

void life_signs::give_signs() {
  bool silent = false;
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    const auto status = ask_(plan_.interval);
    lock.lock();
    if (stopping_)
      return;
    if (status)
      plan_.manager.say("WATCHDOG=1\nSTATUS=" + *status);
    else if (!silent)
      spdlog::error("event=actors_silent waited_ms={} why=\"the service manager is not told that all is well\"",
                    plan_.interval.count());
    silent = !status;
    changed_.wait_for(lock, plan_.interval, [this] { return stopping_; });
  }
}

} // namespace claw
