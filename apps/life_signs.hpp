#pragma once
// Tells the service manager how the program is: ready, what it is doing, that it still answers, that it ends. systemd
// kills a service whose signs stay out (WatchdogSec=), so a sign is given only when the actors have just answered a
// question: a program whose threads turn but whose actors hang is started anew.

#include "apps/notify_socket.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace claw {

/// Who is told, and how often.
struct life_sign_plan {
  notify_socket manager{""};
  std::chrono::milliseconds interval{10'000}; ///< a third of the time after which systemd loses patience
};

/// The plan that NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID ask for. @param own_pid a plan for another process is
/// none for us. @param environment as getenv, but a string
life_sign_plan
life_sign_plan_of(const std::function<std::optional<std::string>(const char*)>& environment, int own_pid);

/// The plan of the real environment.
life_sign_plan life_sign_plan_here();

class life_signs {
public:
  /// Asks the actors and waits for the answer, at most this long. @returns a line for people (`systemctl status`
  /// shows it), none when they did not answer
  using question = std::function<std::optional<std::string>(std::chrono::milliseconds)>;

  /// Says READY at once, and gives a sign every interval. The question is asked in a thread of its own.
  life_signs(life_sign_plan plan, question ask);
  ~life_signs();
  life_signs(const life_signs&) = delete;
  life_signs& operator=(const life_signs&) = delete;

  /// Says STOPPING. No question is asked after it.
  void stop();

private:
  void give_signs();

  const life_sign_plan plan_;
  const question ask_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_; ///< none where nobody listens
};

} // namespace claw
