#pragma once
// `openclaw export`, `import` and `import-old`: all jobs out of a store and into one.

#include "apps/cli/store_commands.hpp"

namespace claw {

// @returns one of `cli_exit`: `job_failed` (1) when the store, or the file, has faults
int export_to_file(const store_task& task, const store_world& world);
int import_from_file(const store_task& task, const store_world& world);
int import_from_old_broker(const store_task& task, const store_world& world);

} // namespace claw
