#include "apps/smoke/jetson_switch.hpp"

#include "actors/domain/caps.hpp"

#include <algorithm>

namespace claw {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again_after = 250ms;

} // namespace

outcome<bool> jetson_switch::is_present() {
  const auto workers = broker_.workers();
  if (!workers)
    return workers.error();
  return std::any_of(workers->begin(), workers->end(),
                     [](const auto& x) { return x.live && caps{x.caps}.includes(caps{{jetson_cap}}); });
}

outcome<done> jetson_switch::stop() {
  if (task_.stop_jetson.empty()) {
    by_.tell("Stop the Jetson's runner now, on the Jetson: sudo systemctl stop openclaw-runner.service");
  } else {
    by_.tell("stopping the Jetson's runner: " + task_.stop_jetson);
    if (auto x = by_.run(task_.stop_jetson); !x)
      return x;
  }
  by_.tell("waiting until the broker sees that it is away (up to a lease's term)");
  for (const auto until = by_.time.now() + patience_; by_.time.now() < until; by_.time.pause(look_again_after)) {
    if (by_.time.interrupts() > 0)
      return failure{ec::cancelled, "interrupted"};
    const auto present = is_present();
    if (!present)
      return present.error();
    if (!*present)
      return done{};
  }
  return failure{ec::timed_out, "the broker still sees a worker with " + std::string{jetson_cap}};
}

outcome<done> jetson_switch::start() {
  if (task_.start_jetson.empty()) {
    by_.tell("Start the Jetson's runner again: sudo systemctl start openclaw-runner.service");
    return done{};
  }
  by_.tell("starting the Jetson's runner: " + task_.start_jetson);
  return by_.run(task_.start_jetson);
}

} // namespace claw
