#pragma once
// `openclaw doctor`: looks at a runner's whole set-up the way the runner would use it, from the same configuration, and
// says what to change. It claims no job and changes nothing but that it asks the model some short questions.

#include "apps/config.hpp"
#include "apps/doctor/findings.hpp"
#include "apps/runner_config.hpp"

#include <cstdint>
#include <functional>

namespace claw {

struct doctor_world {
  std::function<int64_t()> wall_s;   ///< wall time, seconds since the Unix epoch
  std::function<uint64_t()> random;  ///< 64 random bits
};

/// The broker: reachable, its version, its clock, whether it takes WORKER_TOKEN; and the caps that it will be told.
void examine_broker(const runner_settings& x, const doctor_world& world, findings& out);

/// This machine: the state folder, git and rg, the walls around them, the allowlist and each of its repositories.
void examine_machine(const runner_settings& x, findings& out);

/// The model: address, name, answers whole and streamed, tools, context, cancel.
void examine_model(const runner_settings& x, findings& out);

struct doctor_options {
  std::string env_file; ///< "" for the environment alone
  bool json = false;
};

/// @param sources environment and files; its arguments are not looked at
/// @returns the exit code: 0 when nothing is bad, 1 when something is, 78 when the configuration itself is
int run_doctor(const doctor_options& options, const config_sources& sources,
               const doctor_world& world, std::ostream& out);

} // namespace claw
