#pragma once
// What the commands on a store say alike.

#include "apps/cli/progress_teller.hpp"
#include "apps/cli/store_commands.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace claw {

/// The sentence to standard error. @returns the exit code
int fail_on_store(const failure& why, const store_world& world);

nlohmann::json counts_json(const check_counts& x);

/// `5 jobs, 15 events, 10 texts`
std::string counts_text(const check_counts& x);

/// A line a problem on standard output, and progress.
check_listener listener_of(const store_world& world, progress_teller& teller);

} // namespace claw
