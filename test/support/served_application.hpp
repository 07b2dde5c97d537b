#pragma once
// An HTTP server on a free loopback port with an application whose answers the test gives: at once from a function, or
// later, from the test's own thread.

#include "net/http_server.hpp"
#include "test/support/catch.hpp"
#include "test/support/http_peer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace claw::test {

/// One request as the application got it. What it does with its exchange happens in the server's thread.
struct taken_request {
  std::string line; ///< `POST /path?query`
  std::string body;
  std::shared_ptr<http_exchange> from;

  void answer(http_reply x) const {
    from->post([to = from, x = std::move(x)] { to->answer(x); });
  }
  void answer(const std::string& body_of_answer) const {
    http_reply x;
    x.body = body_of_answer;
    answer(std::move(x));
  }
};

class served_application final : public http_application {
public:
  using handler = std::function<void(const taken_request&)>;

  /// @param h called in the server's thread for each request, after it was written down; none: the test answers
  explicit served_application(handler h = nullptr, http_server_options options = {})
      : handler_(std::move(h)) {
    spdlog::set_level(spdlog::level::off);
    options.tick = std::min(options.tick, std::chrono::milliseconds{5});
    auto server = http_server::listen(options, *this);
    REQUIRE(server);
    server_ = std::move(*server);
    thread_ = std::thread{[this] { server_->run(); }};
  }

  ~served_application() override { stop(); }

  void stop(std::chrono::milliseconds wait = std::chrono::milliseconds{0}) {
    if (!thread_.joinable())
      return;
    server_->stop(wait);
    thread_.join();
  }

  http_server& server() { return *server_; }
  uint16_t port() const { return server_->port(); }

  /// Request number `n`, the first being 0, as soon as it is there.
  taken_request request(std::size_t n) {
    std::unique_lock lock{mutex_};
    REQUIRE(came_.wait_for(lock, http_peer::patience, [&] { return taken_.size() > n; }));
    return taken_[n];
  }
  std::size_t requests() const {
    const std::lock_guard lock{mutex_};
    return taken_.size();
  }

  /// Returns when the server has dealt with all that reached it before. Its answers to this do not count as requests.
  void catch_up() const {
    http_peer other{port()};
    CHECK(other.ask("GET /catch-up HTTP/1.1\r\nHost: x\r\n\r\n").status == 404);
  }

  /// Runs work in the server's thread and waits for its end.
  void in_server(const taken_request& x, const std::function<void()>& work) const {
    std::promise<void> over;
    x.from->post([&] {
      work();
      over.set_value();
    });
    REQUIRE(over.get_future().wait_for(http_peer::patience) == std::future_status::ready);
  }

  /// Calls `listener` in the server's thread when the client of that request goes away.
  void when_gone(const taken_request& x, std::function<void()> listener) const {
    in_server(x, [&] { x.from->when_gone(std::move(listener)); });
  }

  // -- what the server asks -------------------------------------------------------------------------------------

  http_admission admit(const http_request& head) override {
    if (head.path == "/catch-up")
      return {http_reply{404, "{}", "", nullptr}, 0};
    if (head.path == "/refused")
      return {http_reply{401, "refused", "", nullptr}, 0};
    return {std::nullopt, body_bytes_max};
  }
  http_reply too_large(const http_request&) override { return {413, "too large", "", nullptr}; }

  void handle(http_request x, std::shared_ptr<http_exchange> from) override {
    taken_request taken;
    taken.line = std::string{x.method} + ' ' + std::string{x.path};
    if (!x.query.empty())
      (taken.line += '?') += x.query;
    taken.body = std::move(x.body);
    taken.from = std::move(from);
    {
      const std::lock_guard lock{mutex_};
      taken_.push_back(taken);
      came_.notify_all();
    }
    if (handler_)
      handler_(taken);
  }

  static constexpr std::size_t body_bytes_max = 1 << 20;

private:
  handler handler_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<taken_request> taken_;
  std::unique_ptr<http_server> server_;
  std::thread thread_;
};

/// A signal from the server's thread to the test's.
class happening {
public:
  void happened() {
    const std::lock_guard lock{mutex_};
    ++times_;
    came_.notify_all();
  }
  std::function<void()> listener() {
    return [this] { happened(); };
  }
  void wait(int times = 1) {
    std::unique_lock lock{mutex_};
    REQUIRE(came_.wait_for(lock, http_peer::patience, [&] { return times_ >= times; }));
  }
  int times() {
    const std::lock_guard lock{mutex_};
    return times_;
  }

private:
  std::mutex mutex_;
  std::condition_variable came_;
  int times_ = 0;
};

} // namespace claw::test
