#include "test/support/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

namespace claw::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
constexpr milliseconds tick{20}; ///< how soon a thread notices that the server stops
constexpr std::size_t request_bytes_max = 64u << 20;

/// @returns false when nothing came within a tick.
bool readable(int fd, milliseconds wait) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, static_cast<int>(wait.count())) > 0;
}

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

/// Reads the head's lines; the body is still to come.
loopback_request read_head(const std::string& head) {
  loopback_request out;
  std::size_t at = head.find("\r\n");
  const std::string first = head.substr(0, at);
  const auto space = first.find(' ');
  out.method = first.substr(0, space);
  out.target = first.substr(space + 1, first.rfind(' ') - space - 1);
  while (at != std::string::npos && at + 2 < head.size()) {
    const auto end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end - at - 2);
    if (const auto colon = line.find(':'); colon != std::string::npos) {
      const auto value = line.find_first_not_of(' ', colon + 1);
      out.headers[lower(line.substr(0, colon))]
          = value == std::string::npos ? "" : line.substr(value);
    }
    at = end;
  }
  return out;
}

/// @returns false when the peer left or the server stops before a whole request was there.
bool read_request(int fd, const std::atomic<bool>& stopping, loopback_request& out) {
  std::string bytes;
  std::size_t head_end = std::string::npos;
  std::size_t wanted = 0;
  while (head_end == std::string::npos || bytes.size() < wanted) {
    if (stopping || bytes.size() > request_bytes_max)
      return false;
    if (!readable(fd, tick))
      continue;
    char piece[16'384];
    const auto n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0)
      return false;
    bytes.append(piece, static_cast<std::size_t>(n));
    if (head_end == std::string::npos) {
      head_end = bytes.find("\r\n\r\n");
      if (head_end == std::string::npos)
        continue;
      out = read_head(bytes.substr(0, head_end));
      wanted = head_end + 4 + std::strtoul(out.headers["content-length"].c_str(), nullptr, 10);
    }
  }
  out.body = bytes.substr(head_end + 4);
  return true;
}

} // namespace

bool loopback_connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (stopping_)
      return false;
    pollfd p{fd_, POLLOUT, 0};
    if (::poll(&p, 1, static_cast<int>(tick.count())) == 0)
      continue;
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool loopback_connection::pause(milliseconds time) {
  const auto end = steady_clock::now() + time;
  while (!stopping_) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0)
      return true;
    char byte = 0;
    if (readable(fd_, std::min(left, tick)) && ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
      return false;
  }
  return false;
}

void loopback_connection::reset_at_end() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

loopback_server::loopback_server(handler h, uint16_t port) : handler_(std::move(h)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0
      || ::getsockname(listener_, generic, &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("port " + std::to_string(port) + " cannot be bound");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

loopback_server::~loopback_server() {
  stopping_ = true;
  acceptor_.join();
  for (auto& x : connections_)
    x.join();
  ::close(listener_);
}

void loopback_server::accept_all() {
  while (!stopping_) {
    if (!readable(listener_, tick))
      continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      continue;
    const std::lock_guard lock{mutex_};
    connections_.emplace_back([this, fd] { serve(fd); });
  }
}

void loopback_server::serve(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  loopback_request request;
  if (read_request(fd, stopping_, request)) {
    loopback_connection connection{fd, stopping_};
    handler_(request, connection);
  }
  ::close(fd);
}

} // namespace claw::test
