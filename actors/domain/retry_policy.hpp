#pragma once
// What to do when a model's endpoint does not answer. Asking a model has no side effect, so whatever failed before an
// answer was acted on may be asked again; what an endpoint will never do differently is not.

#include "actors/domain/chat.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace claw {

/// True for trouble that may pass by itself.
bool is_passing(chat_error kind);

class retry_policy {
public:
  static constexpr uint32_t tries_per_step_max = 3;
  static constexpr uint32_t retries_per_job_max = 6;
  static constexpr std::chrono::milliseconds wait_min{500};
  static constexpr std::chrono::milliseconds wait_max{8'000};
  static constexpr std::chrono::milliseconds asked_wait_max{60'000}; ///< of a Retry-After
  static constexpr std::chrono::milliseconds loading_max{180'000};   ///< all waiting for a model to load

  /// @param random 64 random bits, for full jitter: runners that failed together must not come back together
  /// @returns how long to wait before asking again, or none to give up.
  std::optional<std::chrono::milliseconds> after(const chat_failure& x, uint64_t random);

  /// An answer came: the next request has its own tries.
  void answered() { tries_ = 0; }

private:
  uint32_t tries_ = 0;   ///< failed ones of the present request
  uint32_t retries_ = 0; ///< in the whole job
  uint32_t loading_tries_ = 0;
  std::chrono::milliseconds loading_{0};
};

} // namespace claw
