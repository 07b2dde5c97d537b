// mortal_broker: the broker, which kills itself where it is told to. For the tests of its kill points.
//
//   KILL_AT="claim_asked journal_flushed"   after it came to the first point, it dies when it comes to the next
//   mortal_broker --kill-points             says which points there are, one a line
//
// Its journal is so small that it fills up.

#include "apps/broker_program.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>

using namespace claw;

namespace {

/// The points to come to, in order. Burns in several threads.
class fuse {
public:
  explicit fuse(const std::string& points) {
    std::istringstream in{points};
    for (std::string name; in >> name;)
      left_.push_back(name);
  }

  void burn(const kill_point& here) {
    const std::lock_guard lock{mutex_};
    if (left_.empty() || to_string(here) != left_.front())
      return;
    left_.pop_front();
    if (left_.empty())
      ::raise(SIGKILL);
  }

private:
  std::mutex mutex_;
  std::deque<std::string> left_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string_view{"--kill-points"}) {
    for (const auto& x : all_kill_points())
      std::puts(to_string(x).c_str());
    return 0;
  }
  broker_seams seams;
  seams.store.ballast_bytes = std::uint64_t{64} << 10;
  seams.store.journal.file_bytes = std::size_t{64} << 10;
  if (const char* points = std::getenv("KILL_AT"))
    seams.store.on_kill_point = [x = std::make_shared<fuse>(points)](const kill_point& here) { x->burn(here); };
  try {
    return run_broker(argc, argv, seams);
  } catch (const std::exception& why) {
    std::fprintf(stderr, "mortal_broker: %s\n", why.what());
    return 70;
  }
}
