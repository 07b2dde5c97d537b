#pragma once
// Carries out an inspect_task: what was found goes to `out`, trouble to `err`.

#include "apps/cli/inspect_client.hpp"
#include "apps/cli/inspect_task.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>

namespace claw {

struct inspect_world {
  std::ostream& out;
  std::ostream& err;
  bool json = false;
  std::function<outcome<std::unique_ptr<inspector>>()> connect;
  /// Until the next look. @returns false when the person wants no more
  std::function<bool(std::chrono::milliseconds)> pause;
};

/// @returns one of `cli_exit`: `refused` (2) where there is no such actor, `unreachable` (3) for a program that is not
/// there, `bad_token` (4) for a certificate that it does not take, `timed_out` (5) for one that is frozen
int run_inspect_task(const inspect_task& task, const inspect_world& world);

} // namespace claw
