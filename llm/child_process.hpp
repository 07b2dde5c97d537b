#pragma once
// Runs one program, never a shell, with everything it gets stated: arguments, environment, working
// folder, descriptors, limits, walls. Blocks until it ended, its time is up or somebody asks to
// stop; then its whole process group is dead.

#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"
#include "llm/child_walls.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace claw {

/// A descriptor that the child sees under a fixed number. Every other one is closed to it.
struct handed_descriptor {
  int ours = -1;   ///< borrowed
  int theirs = -1; ///< 3 to 31
};

struct child_command {
  std::string program;                  ///< absolute
  std::vector<std::string> arguments;   ///< behind the program's own name
  std::vector<std::string> environment; ///< all of it, `NAME=value`
  int working_folder = -1;              ///< borrowed
  int input = -1;                       ///< borrowed; -1: /dev/null
  std::vector<handed_descriptor> handed;
  std::size_t output_bytes_max = 65'536; ///< beyond it the program is killed and the output is cut
  std::chrono::seconds time_limit{15};
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct child_end {
  int exit_code = 0;  ///< 128 + signal when killed by one
  std::string output; ///< stdout
  std::string errors; ///< the first 4 KiB of stderr: for decisions and logs, not for people
  bool output_cut = false;
};

/// May be called from any thread. Errors: `timed_out` (`command timed out after Ns`), `cancelled`,
/// `io_failed` (it could not be started).
outcome<child_end> run_child(const child_command& command, const child_walls& walls,
                             const stop_token& stop);

} // namespace claw
