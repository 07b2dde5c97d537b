#pragma once
// The walls around a child program, beyond the care that starts it: Landlock (reads only below the
// given folders, runs only the given programs, writes nowhere) and seccomp (starts no other
// program, makes, changes and removes no file, opens no socket). A kernel without one of them
// leaves the other; `active_walls` says what is in force.
// @source landlock(7), seccomp(2), linux/landlock.h

#include "llm/file_descriptor.hpp"

#include <linux/filter.h>

#include <string>
#include <vector>

namespace claw {

/// What a walled child may reach besides the system's libraries.
struct wall_gates {
  std::vector<std::string> programs; ///< absolute; may be executed
  std::vector<int> readable; ///< folders, by borrowed descriptor; readable with all that is below
};

/// Prepared in the parent, where memory may be taken; raised in the child, where it may not.
class child_walls {
public:
  child_walls() = default; ///< no walls
  explicit child_walls(const wall_gates& gates);

  /// Bits of what stands now.
  enum wall : unsigned { landlock = 1, seccomp = 2 };

  /// Async-signal-safe. @pre PR_SET_NO_NEW_PRIVS is set.
  unsigned raise() const noexcept;

private:
  file_descriptor ruleset_;
  std::vector<sock_filter> filter_;
};

/// Tries them in a child of its own. @returns `landlock, seccomp`, one of them, or `none`.
std::string active_walls();

} // namespace claw
