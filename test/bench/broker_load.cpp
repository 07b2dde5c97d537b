// Drives a running broker over real sockets and prints one JSON line a phase:
// {"phase", "ops", "seconds", "per_s", "p50_us", "p99_us", "errors"}.
//
//   broker_load PORT PHASE [connections] [seconds]     phases: health, create, cycle, wake
//
// Tokens come from BOT_TOKEN and WORKER_TOKEN. test/bench/run starts a broker and turns the lines into ratios.

#include "test/bench/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace claw::bench;
using clock_type = std::chrono::steady_clock;

class load {
public:
  load(target to, long connections, std::chrono::seconds length)
    : to_(std::move(to)), connections_(connections), length_(length) {}

  int run(const std::string& phase) {
    start_ = clock_type::now();
    until_ = start_ + length_;
    if (phase == "health" || phase == "create")
      for (long i = 0; i < connections_; ++i)
        spawn(hammer(phase == "create"));
    else if (phase == "cycle")
      spawn_cycle();
    else if (phase == "wake")
      spawn_wake();
    else
      return std::fprintf(stderr, "broker_load: unknown phase %s\n", phase.c_str()), 64;
    io_.run();
    print(phase);
    return errors_ == 0 ? 0 : 1;
  }

private:
  bool over() const { return clock_type::now() >= until_; }

  asio::awaitable<void> hammer(bool create) {
    http_client c{io_, to_};
    co_await c.open();
    while (!over()) {
      const auto t = clock_type::now();
      const bool ok = create ? !(co_await c.create(payload_)).empty() : co_await c.health();
      count(ok, t);
    }
  }

  void spawn_cycle() {
    producing_ = connections_;
    for (long i = 0; i < connections_; ++i)
      spawn(produce());
    for (long i = 0; i < workers; ++i)
      spawn(work("worker-" + std::to_string(i)));
  }

  asio::awaitable<void> produce() {
    http_client c{io_, to_};
    co_await c.open();
    while (!over()) {
      if ((co_await c.create(payload_)).empty())
        ++errors_;
      else
        ++created_;
    }
    --producing_;
  }

  asio::awaitable<void> work(std::string name) {
    http_client c{io_, to_};
    co_await c.open();
    while (producing_ > 0 || finished_ < created_) {
      const auto t = clock_type::now();
      const auto id = co_await c.claim(name, 1);
      if (id.empty())
        continue;
      const bool ok = co_await c.finish(id);
      finished_ += ok ? 1 : 0;
      count(ok, t);
    }
  }

  void spawn_wake() {
    for (long i = 0; i < workers; ++i)
      spawn(wait_for_one("worker-" + std::to_string(i)));
    spawn(wake_one_by_one());
  }

  asio::awaitable<void> wait_for_one(std::string name) {
    http_client c{io_, to_};
    co_await c.open();
    while (!over()) {
      const auto id = co_await c.claim(name, 1);
      if (id.empty())
        continue;
      count(true, sent_);
      co_await c.finish(id);
    }
  }

  asio::awaitable<void> wake_one_by_one() {
    http_client c{io_, to_};
    co_await c.open();
    asio::steady_timer pause{io_};
    while (clock_type::now() + std::chrono::milliseconds{500} < until_) {
      pause.expires_after(std::chrono::milliseconds{20});
      co_await pause.async_wait(asio::use_awaitable);
      sent_ = clock_type::now();
      if ((co_await c.create(payload_)).empty())
        ++errors_;
    }
  }

  void count(bool ok, clock_type::time_point since) {
    if (ok)
      us_.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - since).count());
    else
      ++errors_;
  }

  void spawn(asio::awaitable<void> task) {
    asio::co_spawn(io_, std::move(task), [this](std::exception_ptr e) {
      if (!e)
        return;
      ++errors_;
      try {
        std::rethrow_exception(e);
      } catch (const std::exception& why) {
        std::cerr << "broker_load: " << why.what() << '\n';
      }
    });
  }

  void print(const std::string& phase) {
    const double seconds = std::chrono::duration<double>(clock_type::now() - start_).count();
    std::sort(us_.begin(), us_.end());
    const auto at = [&](double q) {
      return us_.empty() ? 0.0 : us_[static_cast<std::size_t>(q * static_cast<double>(us_.size() - 1))];
    };
    std::printf("{\"phase\":\"%s\",\"ops\":%zu,\"seconds\":%.2f,\"per_s\":%.0f,\"p50_us\":%.0f,"
                "\"p99_us\":%.0f,\"errors\":%ld}\n",
                phase.c_str(), us_.size(), seconds, static_cast<double>(us_.size()) / seconds, at(.5),
                at(.99), errors_);
  }

  static constexpr long workers = 16;
  target to_;
  long connections_;
  std::chrono::seconds length_;
  const std::string payload_ = std::string(200, 'x');
  asio::io_context io_{1};
  clock_type::time_point start_, until_, sent_;
  std::vector<double> us_;
  long errors_ = 0, created_ = 0, finished_ = 0, producing_ = 0;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: broker_load PORT health|create|cycle|wake [connections] [seconds]\n");
    return 64;
  }
  const long connections = argc > 3 ? std::atol(argv[3]) : 64;
  const long seconds = argc > 4 ? std::atol(argv[4]) : 5;
  target to;
  to.port = argv[1];
  to.bot_token = environment("BOT_TOKEN");
  to.worker_token = environment("WORKER_TOKEN");
  return load{to, connections, std::chrono::seconds{seconds}}.run(argv[2]);
}
