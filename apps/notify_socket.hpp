#pragma once
// What systemd is told by a service with Type=notify: a datagram of KEY=value lines to the socket that NOTIFY_SOCKET
// names. Small enough to do without libsystemd. @source sd_notify(3), "Standalone Implementations"

#include <string>
#include <string_view>

namespace claw {

class notify_socket {
public:
  /// @param path of a Unix socket; `@` in front: in Linux's abstract namespace; "": nobody listens
  explicit notify_socket(std::string path) : path_(std::move(path)) {}

  bool is_heard() const { return !path_.empty(); }

  /// Never blocks. @returns false when nobody listens or the message did not get through
  bool say(std::string_view message) const;

private:
  std::string path_;
};

} // namespace claw
