#include "apps/notify_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace claw {

bool notify_socket::say(std::string_view message) const {
  sockaddr_un to{};
  if (path_.empty() || path_.size() >= sizeof to.sun_path || (path_.front() != '/' && path_.front() != '@'))
    return false;
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path_.data(), path_.size());
  if (path_.front() == '@')
    to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return false;
  const auto sent = ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
                             size);
  ::close(fd);
  return sent == static_cast<ssize_t>(message.size());
}

} // namespace claw
