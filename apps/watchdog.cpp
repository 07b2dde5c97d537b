#include "apps/watchdog.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

namespace claw {

watchdog::watchdog(std::chrono::milliseconds patience, const std::atomic<int>& exit_code)
    : thread_([this, patience, &exit_code] {
        std::unique_lock lock{mutex_};
        if (changed_.wait_for(lock, patience, [this] { return called_off_; }))
          return;
        spdlog::warn("event=shutdown_overdue after_ms={}", patience.count());
        ::_exit(exit_code);
      }) {}

watchdog::~watchdog() {
  {
    const std::lock_guard lock{mutex_};
    called_off_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

} // namespace claw
