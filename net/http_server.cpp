#include "net/http_server.hpp"

#include "actors/domain/log_value.hpp"
#include "net/http_core.hpp"
#include "net/http_session.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>

namespace claw {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Connections above the limit that have been told so and are left open for a moment, so that they can read it.
constexpr std::size_t refusals_max = 64;
constexpr std::chrono::milliseconds accept_pause{100};

/// Then what was asked is passed on, whatever else is ready. The time is for handlers that each take milliseconds, as
/// pieces of streams may.
constexpr std::size_t handlers_per_round_max = 256;
constexpr std::chrono::milliseconds round_max{2};

std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  const auto n = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, n};
}

} // namespace

http_core::http_core(http_server_options bounds, http_application& serves)
    : options(std::move(bounds)), application(serves), large(options.large_bytes_held_max), date_(http_date()) {}

outcome<done> http_core::listen() {
  const auto refused = [this](const error_code& why) {
    return failure{ec::bad_config,
                   "cannot listen on " + options.host + " port " + std::to_string(options.port) + ": " + why.message()};
  };
  error_code why;
  tcp::resolver resolver{io};
  const auto found = resolver.resolve(options.host, std::to_string(options.port), why);
  if (why || found.empty())
    return refused(why);
  const tcp::endpoint where = *found.begin();
  if (acceptor_.open(where.protocol(), why); why)
    return refused(why);
  acceptor_.set_option(tcp::acceptor::reuse_address{true}, why);
  if (acceptor_.bind(where, why); why)
    return refused(why);
  if (acceptor_.listen(tcp::acceptor::max_listen_connections, why); why)
    return refused(why);
  port = acceptor_.local_endpoint(why).port();
  return done{};
}

void http_core::run() {
  accept();
  on_tick();
  while (io.run_one() > 0) {
    const auto end = std::chrono::steady_clock::now() + round_max;
    for (std::size_t more = 1; more < handlers_per_round_max && io.poll_one() > 0; ++more)
      if (std::chrono::steady_clock::now() >= end)
        break;
    application.round_over();
    if (run_large())
      application.round_over();
  }
}

/// The next piece of large work, when everything else that was ready is done. @returns false: there was none
bool http_core::run_large() {
  const auto work = large.next();
  if (!work)
    return false;
  run_guarded(work);
  if (large.has_next())
    boost::asio::post(io, [] {}); // nothing else may come that ends the round in which its turn is
  return true;
}

void http_core::post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock{posted_mutex_};
    if (over_)
      return;
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first)
    boost::asio::post(io, [self = shared_from_this()] { self->run_posted(); });
}

void http_core::run_posted() {
  {
    const std::lock_guard lock{posted_mutex_};
    running_.swap(posted_);
  }
  for (auto& work : running_) {
    run_guarded(work);
    work = nullptr;
  }
  running_.clear();
}

/// One request's trouble must not end the others.
void http_core::run_guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& x) {
    spdlog::error("event=http_work_failed why={}", log_value(x.what()));
  }
}

void http_core::accept() {
  if (draining_)
    return;
  acceptor_.async_accept([self = shared_from_this()](const error_code& why, tcp::socket socket) {
    self->on_accepted(why, std::move(socket));
  });
}

void http_core::on_accepted(const error_code& why, tcp::socket socket) {
  if (draining_)
    return;
  if (why) {
    // Out of file descriptors, most often: pause, so that the loop does not spin until one is free again.
    spdlog::warn("event=http_accept_failed why={}", log_value(why.message()));
    ++options.tally->accept_failures;
    accept_pause_.expires_after(accept_pause);
    accept_pause_.async_wait([self = shared_from_this()](const error_code& stopped) {
      if (!stopped)
        self->accept();
    });
    return;
  }
  ++options.tally->accepted;
  auto session = std::make_shared<http_session>(std::move(socket), shared_from_this());
  if (sessions_.size() - refused_.size() < options.connections_max)
    session->start();
  else
    refuse(std::move(session));
  accept();
}

/// Each is told at once. When too many have not left by themselves, the one that has had most time to read it goes.
void http_core::refuse(std::shared_ptr<http_session> x) {
  ++options.tally->refused;
  if (refused_.size() >= refusals_max)
    refused_.front()->close();
  refused_.push_back(x);
  x->refuse(503, "too many connections");
}

void http_core::on_tick() {
  date_ = http_date();
  const auto now = std::chrono::steady_clock::now();
  for (const auto& x : std::vector(sessions_.begin(), sessions_.end())) // a copy: each may leave
    x->on_tick(now);
  if (stopping_)
    return;
  tick_.expires_after(options.tick);
  tick_.async_wait([self = shared_from_this()](const error_code& stopped) {
    if (!stopped)
      self->on_tick();
  });
}

void http_core::drain() {
  if (std::exchange(draining_, true))
    return;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (const auto& x : std::vector(sessions_.begin(), sessions_.end()))
    x->on_drain();
}

void http_core::stop(std::chrono::milliseconds patience) {
  drain();
  stopping_ = true;
  if (sessions_.empty())
    return io.stop();
  last_moment_.expires_after(patience);
  last_moment_.async_wait([self = shared_from_this()](const error_code& stopped) {
    if (!stopped)
      self->io.stop();
  });
}

void http_core::abandon() {
  drain();
  tick_.cancel();
  last_moment_.cancel();
  for (const auto& x : std::vector(sessions_.begin(), sessions_.end()))
    x->close();
  stopping_ = true; // no tick after this
  // What was under way hears of it; unheard, it would hold the core that holds it. The last moment may be among it.
  for (io.restart(); io.poll() > 0; io.restart()) {
  }
  application.round_over();
  const std::lock_guard lock{posted_mutex_};
  over_ = true;
}

void http_core::joined(std::shared_ptr<http_session> x) {
  sessions_.insert(std::move(x));
  options.tally->connections = sessions_.size();
}

void http_core::left(const std::shared_ptr<http_session>& x) {
  sessions_.erase(x);
  if (const auto i = std::find(refused_.begin(), refused_.end(), x); i != refused_.end())
    refused_.erase(i);
  options.tally->connections = sessions_.size();
  if (stopping_ && sessions_.empty())
    io.stop();
}

outcome<std::unique_ptr<http_server>> http_server::listen(const http_server_options& options,
                                                          http_application& serves) {
  auto core = std::make_shared<http_core>(options, serves);
  if (auto listening = core->listen(); !listening)
    return listening.error();
  return std::unique_ptr<http_server>{new http_server{std::move(core)}};
}

http_server::http_server(std::shared_ptr<http_core> core) : core_(std::move(core)) {}

http_server::~http_server() {
  core_->abandon();
}

uint16_t http_server::port() const noexcept {
  return core_->port;
}

void http_server::run() {
  core_->run();
}

void http_server::drain() {
  core_->post([core = core_.get()] { core->drain(); });
}

void http_server::stop(std::chrono::milliseconds patience) {
  core_->post([core = core_.get(), patience] { core->stop(patience); });
}

} // namespace claw
