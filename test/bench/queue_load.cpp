// Drives a running queue over real sockets and prints one JSON line a phase:
// {"kind", "phase", "ops", "seconds", "per_s", "p50_us", "p99_us", "errors"}. test/bench/run starts the queues and
// turns the lines into ratios.
//
//   queue_load KIND PORT PHASE [connections] [seconds | jobs]
//
// KIND    claw (tokens from BOT_TOKEN and WORKER_TOKEN), redis, beanstalkd
// PHASE   health  GET /health, only of claw: what HTTP alone costs
//         create  durable creates, each connection one after the other
//         cycle   producers and 16 workers at once; an operation is a created, claimed and finished job
//         wake    one job at a time for 16 waiting workers; an operation begins with sending it, ends with having it
//         fill    creates as many jobs as are asked for
//         claim   16 workers claim and finish; an operation is a claim alone

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
  load(target to, long connections, long length)
    : to_(std::move(to)), connections_(connections), length_(length) {}

  int run(const std::string& phase) {
    start_ = clock_type::now();
    until_ = start_ + std::chrono::seconds{length_};
    if (phase == "health" && to_.kind == "claw")
      spawn_each(connections_, [this](long) { return knock(); });
    else if (phase == "create")
      spawn_each(connections_, [this](long) { return create(); });
    else if (phase == "cycle")
      spawn_cycle();
    else if (phase == "wake")
      spawn_wake();
    else if (phase == "fill")
      spawn_each(connections_, [this](long) { return fill(); });
    else if (phase == "claim")
      spawn_each(workers, [this](long i) { return claim("worker-" + std::to_string(i)); });
    else
      return std::fprintf(stderr, "queue_load: %s knows no phase %s\n", to_.kind.c_str(), phase.c_str()), 64;
    io_.run();
    print(phase);
    return errors_ == 0 ? 0 : 1;
  }

private:
  bool over() const { return clock_type::now() >= until_; }

  void spawn_each(long count, const std::function<asio::awaitable<void>(long)>& make) {
    for (long i = 0; i < count; ++i)
      spawn(make(i));
  }

  asio::awaitable<void> knock() {
    http_client c{io_, to_};
    co_await c.open();
    while (!over()) {
      const auto t = clock_type::now();
      count(co_await c.health(), t);
    }
  }

  asio::awaitable<void> create() {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (!over()) {
      const auto t = clock_type::now();
      count(!(co_await c->create(payload_)).empty(), t);
    }
  }

  asio::awaitable<void> fill() {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (length_-- > 0) {
      const auto t = clock_type::now();
      count(!(co_await c->create(payload_)).empty(), t);
    }
  }

  asio::awaitable<void> claim(std::string name) {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (!over()) {
      const auto t = clock_type::now();
      const auto id = co_await c->claim(name, 0);
      if (id.empty())
        break;
      count(true, t);
      errors_ += co_await c->finish(id) ? 0 : 1;
    }
  }

  void spawn_cycle() {
    producing_ = connections_;
    spawn_each(connections_, [this](long) { return produce(); });
    spawn_each(workers, [this](long i) { return work("worker-" + std::to_string(i)); });
  }

  asio::awaitable<void> produce() {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (!over()) {
      if ((co_await c->create(payload_)).empty())
        ++errors_;
      else
        ++created_;
    }
    --producing_;
  }

  asio::awaitable<void> work(std::string name) {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (producing_ > 0 || finished_ < created_) {
      const auto t = clock_type::now();
      const auto id = co_await c->claim(name, 1);
      if (id.empty())
        continue;
      const bool ok = co_await c->finish(id);
      finished_ += ok ? 1 : 0;
      count(ok, t);
    }
  }

  void spawn_wake() {
    spawn_each(workers, [this](long i) { return wait_for_one("worker-" + std::to_string(i)); });
    spawn(wake_one_by_one());
  }

  asio::awaitable<void> wait_for_one(std::string name) {
    const auto c = make_client(io_, to_);
    co_await c->open();
    while (!over()) {
      const auto id = co_await c->claim(name, 1);
      if (id.empty())
        continue;
      count(true, sent_);
      co_await c->finish(id);
    }
  }

  asio::awaitable<void> wake_one_by_one() {
    const auto c = make_client(io_, to_);
    co_await c->open();
    asio::steady_timer pause{io_};
    while (clock_type::now() + std::chrono::milliseconds{500} < until_) {
      pause.expires_after(std::chrono::milliseconds{20});
      co_await pause.async_wait(asio::use_awaitable);
      sent_ = clock_type::now();
      if ((co_await c->create(payload_)).empty())
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
        std::cerr << "queue_load: " << why.what() << '\n';
      }
    });
  }

  void print(const std::string& phase) {
    const double seconds = std::chrono::duration<double>(clock_type::now() - start_).count();
    std::sort(us_.begin(), us_.end());
    const auto at = [&](double q) {
      return us_.empty() ? 0.0 : us_[static_cast<std::size_t>(q * static_cast<double>(us_.size() - 1))];
    };
    std::printf("{\"kind\":\"%s\",\"phase\":\"%s\",\"ops\":%zu,\"seconds\":%.2f,\"per_s\":%.0f,\"p50_us\":%.0f,"
                "\"p99_us\":%.0f,\"errors\":%ld}\n",
                to_.kind.c_str(), phase.c_str(), us_.size(), seconds, static_cast<double>(us_.size()) / seconds, at(.5),
                at(.99), errors_);
  }

  static constexpr long workers = 16;
  target to_;
  long connections_;
  long length_; ///< seconds, or jobs that are still to be created
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
  if (argc < 4) {
    std::fprintf(stderr, "usage: queue_load claw|redis|beanstalkd PORT health|create|cycle|wake|fill|claim"
                         " [connections] [seconds | jobs]\n");
    return 64;
  }
  target to;
  to.kind = argv[1];
  to.port = argv[2];
  to.bot_token = environment("BOT_TOKEN");
  to.worker_token = environment("WORKER_TOKEN");
  if (asio::io_context io; !make_client(io, to))
    return std::fprintf(stderr, "queue_load: no queue is called %s\n", argv[1]), 64;
  const long connections = argc > 4 ? std::atol(argv[4]) : 64;
  const long length = argc > 5 ? std::atol(argv[5]) : 5;
  return load{to, connections, length}.run(argv[3]);
}
