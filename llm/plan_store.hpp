#pragma once
// The plans of plan_echo, one file each: RUNNER_STATE_DIR/plans/<plan_id>.json, mode 0600, written
// whole or not at all.

#include "actors/domain/error.hpp"

#include <string>
#include <string_view>

namespace claw {

/// May be used from several threads at once.
class plan_store {
public:
  /// @param folder is made, mode 0700, when the first plan is kept.
  explicit plan_store(std::string folder);

  /// Keeps a plan for `text`. @returns the plan as JSON, its id in it. Errors: `io_failed`.
  outcome<std::string> propose(std::string_view text);

  /// @param plan_id blanks around it are dropped. @returns the approval as JSON.
  /// Errors: `tool_refused` `unknown plan_id`, also for anything that is no UUID; `io_failed`.
  outcome<std::string> approve(std::string_view plan_id);

private:
  std::string folder_;
};

} // namespace claw
