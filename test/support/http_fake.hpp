#pragma once
// A web server of a few lines on a free loopback port, for tests of our HTTP clients: it records
// requests and answers what the test says. One connection at a time, kept open between requests.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace claw::test {

struct fake_request {
  std::string line; ///< `POST /jobs HTTP/1.1`
  std::string head; ///< all header lines
  std::string body;
};

class http_fake {
public:
  /// @returns the raw answer; "" closes the connection without one; `hold` keeps it open in silence
  using handler = std::function<std::string(const fake_request&)>;
  static inline const std::string hold = "(hold)";

  explicit http_fake(handler h) : handler_(std::move(h)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(listener_, 16);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }

  ~http_fake() {
    over_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<fake_request> requests() const {
    std::lock_guard guard{mutex_};
    return requests_;
  }
  int connections() const { return connections_; }

  static std::string answer(int status, const std::string& body, const std::string& head = {}) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + head
           + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

private:
  bool readable(int fd) const {
    pollfd x{fd, POLLIN, 0};
    while (!over_)
      if (::poll(&x, 1, 10) > 0)
        return true;
    return false;
  }

  void serve() {
    while (readable(listener_)) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      ++connections_;
      while (read_and_answer(fd)) {
      }
      ::close(fd);
    }
  }

  /// @returns the bytes of the body that the head announces
  static std::size_t length_of(const std::string& head) {
    const std::string key = "Content-Length: ";
    const auto at = head.find(key);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + key.size()));
  }

  bool read_and_answer(int fd) {
    std::string text;
    auto end = std::string::npos;
    while (end == std::string::npos || text.size() < end + 4 + length_of(text.substr(0, end))) {
      char bytes[65536];
      if (!readable(fd))
        return false;
      const auto n = ::read(fd, bytes, sizeof bytes);
      if (n <= 0)
        return false;
      text.append(bytes, static_cast<std::size_t>(n));
      end = text.find("\r\n\r\n");
    }
    const auto line_end = text.find("\r\n");
    fake_request x{text.substr(0, line_end), text.substr(line_end + 2, end - line_end),
                   text.substr(end + 4)};
    {
      std::lock_guard guard{mutex_};
      requests_.push_back(x);
    }
    auto reply = handler_(x);
    if (reply == hold)
      return readable(fd) && false; // until the client goes away
    for (std::size_t sent = 0; sent < reply.size();) {
      const auto n = ::send(fd, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      sent += static_cast<std::size_t>(n);
    }
    return !reply.empty();
  }

  handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> over_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<fake_request> requests_;
  std::thread thread_;
};

} // namespace claw::test
