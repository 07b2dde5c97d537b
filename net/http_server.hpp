#pragma once
// An HTTP/1.1 server for one application: one thread, asynchronous, keep-alive, pipelining. It bounds what strangers
// can cost: head size and time, body time, idle time, number of connections; over a bound there is a clear status and
// a closed connection, never a hang.

#include "actors/domain/error.hpp"
#include "actors/domain/limits.hpp"
#include "net/http_exchange.hpp"
#include "net/http_tally.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace claw {

struct http_server_options {
  std::string host = "127.0.0.1"; ///< an address or a name
  uint16_t port = 0;              ///< 0: any free one
  std::size_t connections_max = limits::connections_max;
  std::chrono::milliseconds idle_max{limits::idle_connection_max};
  std::chrono::milliseconds slow_head_max{limits::slow_head_max};
  std::chrono::milliseconds slow_body_max{limits::slow_body_max};
  std::chrono::milliseconds handling_max{limits::claim_wait_max + std::chrono::seconds{30}};
  std::chrono::milliseconds write_stall_max{limits::write_stall_max};
  std::size_t large_bytes_held_max = limits::large_bytes_held_max; ///< see large_traffic
  std::chrono::milliseconds large_wait_max{limits::large_wait_max};
  std::chrono::milliseconds tick{1'000}; ///< how exactly the bounds above are kept
  std::shared_ptr<http_tally> tally = std::make_shared<http_tally>(); ///< where it counts
};

class http_core;

class http_server {
public:
  /// Binds and listens; nothing is accepted before `run`. The application must outlive the server's last answer.
  /// Errors: `bad_config` when host and port cannot be used.
  static outcome<std::unique_ptr<http_server>> listen(const http_server_options& options,
                                                      http_application& serves);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// The port in use.
  uint16_t port() const noexcept;

  /// Serves until `stop`. The calling thread is "the server's thread".
  void run();

  // -- any thread ---------------------------------------------------------------------------------------------
  /// No new connections; idle ones are closed; requests under way are answered, then their connections closed.
  void drain();

  /// Ends `run` when the last connection is closed, at the latest after `patience`.
  void stop(std::chrono::milliseconds patience);

private:
  explicit http_server(std::shared_ptr<http_core> core);
  std::shared_ptr<http_core> core_;
};

} // namespace claw
