#pragma once
// One connection that speaks one queue's protocol, with one request under way, as a real client has: this broker's HTTP
// or, for comparison, that of a well-known queue.

#include <utility> // first: Asio 1.74 uses std::exchange without it

#include <boost/asio.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace claw::bench {

namespace asio = boost::asio;

struct target {
  std::string kind; ///< claw, redis, beanstalkd
  std::string host = "127.0.0.1";
  std::string port;
  std::string bot_token;    ///< claw only
  std::string worker_token; ///< claw only
};

class queue_client {
public:
  queue_client(asio::io_context& io, const target& to) : to_(to), socket_(io) {}
  virtual ~queue_client() = default;

  virtual asio::awaitable<void> open();

  /// @returns the id of a job that the queue says is on disk, "" when it was refused.
  virtual asio::awaitable<std::string> create(const std::string& payload) = 0;

  /// @returns the claimed job's id, "" when there was none within `wait_s`.
  virtual asio::awaitable<std::string> claim(const std::string& worker_id, int wait_s) = 0;

  /// @pre `id` is the job of this connection's last claim
  virtual asio::awaitable<bool> finish(const std::string& id) = 0;

protected:
  asio::awaitable<void> send(std::string_view text);
  asio::awaitable<std::string> line();                     ///< without its CR LF
  asio::awaitable<std::string> exactly(std::size_t bytes);
  const target& to() const noexcept { return to_; }

private:
  const target& to_;
  asio::ip::tcp::socket socket_;
  std::string in_;
};

/// @returns null for a kind that it does not know.
std::unique_ptr<queue_client> make_client(asio::io_context& io, const target& to);

} // namespace claw::bench
