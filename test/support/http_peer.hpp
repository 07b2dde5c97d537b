#pragma once
// A client of an HTTP server that sends exactly what a test says, also what no client should. Every wait ends after
// `patience`, as a failed test.

#include "test/support/catch.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace claw::test {

struct http_answer {
  unsigned status = 0;
  std::string head; ///< status line and fields
  std::string body;

  bool has(std::string_view part) const { return head.find(part) != std::string::npos; }
};

/// False when nobody listens there.
inline bool can_connect(uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool there = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(fd);
  return there;
}

class http_peer {
public:
  static constexpr std::chrono::seconds patience{20};

  explicit http_peer(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  ~http_peer() { leave(); }
  http_peer(const http_peer&) = delete;
  http_peer& operator=(const http_peer&) = delete;

  /// @returns false when the server would not take it.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Says that it will send no more.
  void half_close() { ::shutdown(fd_, SHUT_WR); }

  /// Goes away as a program that ends.
  void leave() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }

  /// Goes away with RST instead of FIN.
  void abort() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    leave();
  }

  /// The next answer, by its Content-Length. @param bodiless it answers a HEAD
  http_answer answer(bool bodiless = false) {
    http_answer x;
    x.head = until("\r\n\r\n");
    x.status = static_cast<unsigned>(std::strtoul(x.head.c_str() + 9, nullptr, 10));
    if (!bodiless) {
      const std::string key = "Content-Length: ";
      const auto at = x.head.find(key);
      REQUIRE(at != std::string::npos);
      x.body = bytes(std::strtoul(x.head.c_str() + at + key.size(), nullptr, 10));
    }
    return x;
  }

  http_answer ask(std::string_view request) {
    REQUIRE(send(request));
    return answer();
  }

  /// What comes up to and with `mark`.
  std::string until(std::string_view mark) {
    auto at = in_.find(mark);
    while (at == std::string::npos) {
      INFO("it ended or fell silent after: " << in_);
      REQUIRE(receive());
      at = in_.find(mark);
    }
    return take(at + mark.size());
  }

  std::string bytes(std::size_t count) {
    while (in_.size() < count)
      REQUIRE(receive());
    return take(count);
  }

  /// What comes until the server closes.
  std::string rest() {
    while (receive()) {
    }
    return std::exchange(in_, {});
  }

  /// True when the server closes without another byte.
  bool closed() { return rest().empty(); }

private:
  std::string take(std::size_t count) {
    auto out = in_.substr(0, count);
    in_.erase(0, count);
    return out;
  }

  /// @returns false at the end of the connection
  bool receive() {
    pollfd x{fd_, POLLIN, 0};
    const auto wait = std::chrono::milliseconds{patience}.count();
    REQUIRE(::poll(&x, 1, static_cast<int>(wait)) == 1);
    char piece[16'384];
    const auto n = ::recv(fd_, piece, sizeof piece, 0);
    if (n <= 0)
      return false;
    in_.append(piece, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  std::string in_;
};

} // namespace claw::test
