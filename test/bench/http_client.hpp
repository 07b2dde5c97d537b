#pragma once
// One keep-alive connection that speaks the broker's HTTP contract, written for load: no allocation it could avoid
// matters less than that it is one connection with one request under way, as a real client has.

#include <utility> // first: Asio 1.74 uses std::exchange without it

#include <boost/asio.hpp>

#include <string>

namespace claw::bench {

namespace asio = boost::asio;

struct target {
  std::string host = "127.0.0.1";
  std::string port;
  std::string bot_token;
  std::string worker_token;
};

class http_client {
public:
  http_client(asio::io_context& io, const target& to) : to_(to), socket_(io) {}

  asio::awaitable<void> open();

  asio::awaitable<bool> health();

  /// @returns the acknowledged job's id, "" when it was refused.
  asio::awaitable<std::string> create(const std::string& payload);

  /// @returns the claimed job's id, "" when there was none within `wait_s`.
  asio::awaitable<std::string> claim(const std::string& worker_id, int wait_s);

  asio::awaitable<bool> finish(const std::string& id);

private:
  asio::awaitable<std::string> call(const std::string& what, const std::string& headers,
                                    const std::string& body);
  asio::awaitable<std::string> line();

  const target& to_;
  asio::ip::tcp::socket socket_;
  std::string in_;
  int status_ = 0;
  std::string lease_;
};

} // namespace claw::bench
