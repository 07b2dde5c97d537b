#pragma once
// Ends the program when its orderly end takes too long. What was acknowledged is on disk by then, so nothing is lost.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace claw {

class watchdog {
public:
  /// Calls _exit with the code after `patience`, unless it is destroyed before.
  watchdog(std::chrono::milliseconds patience, const std::atomic<int>& exit_code);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool called_off_ = false;
  std::thread thread_;
};

} // namespace claw
