#pragma once
// A plain HTTP/1.1 server on 127.0.0.1 whose handlers write raw bytes: what a test needs to misbehave
// like a real server. One thread a connection, one request a connection.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace claw::test {

struct loopback_request {
  std::string method, target, body;
  std::map<std::string, std::string> headers; ///< names in lower case
};

/// The server's side of one connection. Closed when the handler returns.
class loopback_connection {
public:
  loopback_connection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

  /// @returns false when the peer is gone.
  bool write(std::string_view bytes);

  /// Waits, but not longer than the peer stays and the server runs. @returns false when the peer is gone.
  bool pause(std::chrono::milliseconds time);

  /// The connection will end with RST instead of FIN.
  void reset_at_end();

private:
  int fd_;
  const std::atomic<bool>& stopping_;
};

class loopback_server {
public:
  using handler = std::function<void(const loopback_request&, loopback_connection&)>;

  /// @param port 0: any free one. Throws std::runtime_error when it is taken.
  explicit loopback_server(handler h, uint16_t port = 0);
  ~loopback_server();
  loopback_server(const loopback_server&) = delete;
  loopback_server& operator=(const loopback_server&) = delete;

  uint16_t port() const noexcept { return port_; }

private:
  void accept_all();
  void serve(int fd);

  handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

} // namespace claw::test
