#pragma once
// Stops the runner that has llm:jetson, and starts it again: by commands of the operator, or by asking the person at
// the terminal. What is waited for is what the broker sees.

#include "actors/domain/smoke_rows.hpp"
#include "actors/ports/broker_api.hpp"
#include "apps/cli/job_follow.hpp"
#include "apps/smoke/smoke_task.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace claw {

class jetson_switch {
public:
  struct means {
    std::function<outcome<done>(const std::string& command)> run;
    std::function<void(const std::string&)> tell; ///< a plain sentence
    follow_world time;
  };

  jetson_switch(const smoke_task& task, producer_api& broker, means by, std::chrono::seconds patience)
      : task_(task), broker_(broker), by_(std::move(by)), patience_(patience) {}

  /// Returns when the broker counts no worker with the cap as present. Errors: `io_failed` (the command), `timed_out`,
  /// `cancelled` (Ctrl-C), those of `workers`
  outcome<done> stop();

  /// Errors: `io_failed`. A person is asked, and not waited for: the job is.
  outcome<done> start();

private:
  outcome<bool> is_present();

  const smoke_task& task_;
  producer_api& broker_;
  means by_;
  std::chrono::seconds patience_;
};

} // namespace claw
