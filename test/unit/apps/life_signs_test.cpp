#include "apps/life_signs.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <future>
#include <map>

using namespace claw;

namespace {

/// A service manager's end of the socket.
class listener {
public:
  explicit listener(std::string path) : path_(std::move(path)), fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::memcpy(here.sun_path, path_.data(), path_.size());
    if (path_.front() == '@')
      here.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&here), size) == 0);
    const timeval patience{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~listener() { ::close(fd_); }

  const std::string& path() const { return path_; }

  /// The next message; "" when none comes for 30 s.
  std::string next(int flags = 0) {
    std::array<char, 4096> text{};
    const auto size = ::recv(fd_, text.data(), text.size(), flags);
    return size < 0 ? "" : std::string{text.data(), static_cast<std::size_t>(size)};
  }

private:
  std::string path_;
  int fd_;
};

life_sign_plan plan_of(const std::map<std::string, std::string>& environment) {
  return life_sign_plan_of(
      [&](const char* name) -> std::optional<std::string> {
        const auto i = environment.find(name);
        return i == environment.end() ? std::nullopt : std::optional{i->second};
      },
      42);
}

} // namespace

TEST_CASE("a message reaches a socket in a folder and one in the abstract namespace", "[life_signs]") {
  const temporary_folder folder;
  for (const auto& path : {(folder.path() / "notify").string(), "@claw-test-" + std::to_string(::getpid())}) {
    listener manager{path};
    CHECK(notify_socket{path}.say("READY=1"));
    CHECK(manager.next() == "READY=1");
  }
}

TEST_CASE("a message to nobody is not said", "[life_signs]") {
  const temporary_folder folder;
  CHECK_FALSE(notify_socket{""}.say("READY=1"));
  CHECK_FALSE(notify_socket{"relative"}.say("READY=1"));
  CHECK_FALSE(notify_socket{folder.path() / "nobody"}.say("READY=1"));
  CHECK_FALSE(notify_socket{"/" + std::string(200, 'x')}.say("READY=1"));
}

TEST_CASE("signs come three times as often as the service manager wants", "[life_signs]") {
  using std::chrono::milliseconds;
  CHECK_FALSE(plan_of({}).manager.is_heard());
  CHECK(plan_of({{"NOTIFY_SOCKET", "/x"}}).manager.is_heard());
  CHECK(plan_of({{"NOTIFY_SOCKET", "/x"}}).interval == milliseconds{10'000});
  CHECK(plan_of({{"NOTIFY_SOCKET", "/x"}, {"WATCHDOG_USEC", "30000000"}}).interval == milliseconds{10'000});
  CHECK(plan_of({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "42"}}).interval == milliseconds{1'000});
  CHECK(plan_of({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "43"}}).interval == milliseconds{10'000});
  CHECK(plan_of({{"WATCHDOG_USEC", "1"}}).interval == milliseconds{50});
  CHECK(plan_of({{"WATCHDOG_USEC", "soon"}}).interval == milliseconds{10'000});
}

TEST_CASE("a program is ready, gives signs while its actors answer, and says that it ends", "[life_signs]") {
  const temporary_folder folder;
  listener manager{folder.path() / "notify"};
  const life_sign_plan plan{notify_socket{manager.path()}, std::chrono::milliseconds{1}};
  std::atomic<int> asked{0};
  life_signs signs{plan, [&](std::chrono::milliseconds) { return "asked " + std::to_string(++asked); }};
  CHECK(manager.next() == "READY=1");
  CHECK(manager.next() == "WATCHDOG=1\nSTATUS=asked 1");
  CHECK(manager.next() == "WATCHDOG=1\nSTATUS=asked 2");
  signs.stop();
  std::string last = "none";
  while (last.starts_with("WATCHDOG=1") || last == "none")
    last = manager.next();
  CHECK(last == "STOPPING=1\nSTATUS=ending");
  CHECK(manager.next(MSG_DONTWAIT).empty());
}

TEST_CASE("a program whose actors do not answer gives no sign", "[life_signs]") {
  const temporary_folder folder;
  listener manager{folder.path() / "notify"};
  std::promise<void> asked_thrice;
  int asked = 0;
  life_signs signs{{notify_socket{manager.path()}, std::chrono::milliseconds{1}},
                   [&](std::chrono::milliseconds) -> std::optional<std::string> {
                     if (++asked == 3)
                       asked_thrice.set_value();
                     return std::nullopt;
                   }};
  CHECK(manager.next() == "READY=1");
  asked_thrice.get_future().wait();
  CHECK(manager.next(MSG_DONTWAIT).empty());
}
