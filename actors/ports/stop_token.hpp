#pragma once
// How a blocking call is told to give up. std::stop_token with a callback would do on newer compilers alone; this one
// also wakes a poll(2), which is where all our blocking calls wait.

#include <atomic>
#include <memory>

namespace claw {

/// Readable by any thread; `fd` becomes readable when the stop is asked for, so it can stand in a poll set.
class stop_token {
public:
  stop_token(); ///< never stops
  bool stopped() const noexcept;
  int fd() const noexcept; ///< -1 for a token that never stops; owned by the source

private:
  friend class stop_source;
  struct state;
  explicit stop_token(std::shared_ptr<state> s);
  std::shared_ptr<state> state_;
};

/// The side that asks. Copies share one state.
class stop_source {
public:
  stop_source();
  void stop() const noexcept; ///< idempotent, any thread
  stop_token token() const;

private:
  std::shared_ptr<stop_token::state> state_;
};

} // namespace claw
