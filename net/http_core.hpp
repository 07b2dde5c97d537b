#pragma once
// What the connections of one HTTP server share. Private to net/http_*.cpp.

#include "net/http_server.hpp"
#include "net/large_traffic.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace claw {

class http_session;

class http_core : public std::enable_shared_from_this<http_core> {
public:
  using steady_time = std::chrono::steady_clock::time_point;

  http_core(http_server_options bounds, http_application& serves);

  /// Errors: see http_server::listen.
  outcome<done> listen();
  void run();

  /// Runs the work in the server's thread, after work that was given before. Any thread.
  void post(std::function<void()> work);

  // -- the server's thread ------------------------------------------------------------------------------------
  void drain();
  void stop(std::chrono::milliseconds patience);
  void joined(std::shared_ptr<http_session> x);
  void left(const std::shared_ptr<http_session>& x);
  void abandon(); ///< after run: closes what is left; whatever is posted later is dropped
  bool draining() const noexcept { return draining_; }
  const std::string& date() const noexcept { return date_; } ///< of the Date header

  const http_server_options options;
  http_application& application;
  boost::asio::io_context io{1};
  large_traffic large; ///< the server's thread
  uint16_t port = 0;

private:
  void accept();
  void on_accepted(const boost::system::error_code& why, boost::asio::ip::tcp::socket socket);
  void refuse(std::shared_ptr<http_session> x);
  void on_tick();
  void run_posted();
  void run_guarded(const std::function<void()>& work);
  bool run_large();

  boost::asio::ip::tcp::acceptor acceptor_{io};
  boost::asio::steady_timer accept_pause_{io};
  boost::asio::steady_timer tick_{io};
  boost::asio::steady_timer last_moment_{io};
  std::unordered_set<std::shared_ptr<http_session>> sessions_; ///< until each closes itself
  std::deque<std::shared_ptr<http_session>> refused_; ///< of them those over the limit, oldest first
  std::string date_;
  bool draining_ = false;
  bool stopping_ = false;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_; ///< guarded; one wake-up serves all that has queued up
  bool over_ = false;                         ///< guarded; nobody will run what is posted
  std::vector<std::function<void()>> running_;
};

} // namespace claw
