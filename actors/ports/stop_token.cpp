#include "actors/ports/stop_token.hpp"

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace claw {

struct stop_token::state {
  state() : fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (fd >= 0)
      ::close(fd);
  }

  std::atomic<bool> stopped{false};
  int fd;
};

stop_token::stop_token() = default;

stop_token::stop_token(std::shared_ptr<state> s) : state_(std::move(s)) {}

bool stop_token::stopped() const noexcept {
  return state_ && state_->stopped.load(std::memory_order_acquire);
}

int stop_token::fd() const noexcept {
  return state_ ? state_->fd : -1;
}

stop_source::stop_source() : state_(std::make_shared<stop_token::state>()) {}

void stop_source::stop() const noexcept {
  if (!state_->stopped.exchange(true, std::memory_order_acq_rel)) {
    const uint64_t one = 1;
    // The descriptor stays readable from here on: nobody ever reads it.
    [[maybe_unused]] const auto written = ::write(state_->fd, &one, sizeof one);
  }
}

stop_token stop_source::token() const {
  return stop_token{state_};
}

} // namespace claw
