#pragma once
// What `openclaw` does with a store itself, without a broker in between: the folder that BROKER_DB names, or a copy.

#include <cstdint>
#include <filesystem>
#include <functional>

namespace CLI {
class App;
}

namespace claw {

enum class store_verb : uint8_t { verify, backup, restore, export_jobs, import_jobs, import_old };

struct store_task {
  store_verb verb = store_verb::verify;
  std::filesystem::path folder; ///< the store; "" until it is known: BROKER_DB
  std::filesystem::path other;  ///< the backup, or the file of jobs; "-" for export: standard output
  bool replace = false;         ///< restore: where a store is
  bool merge = false;           ///< import: into a store that has jobs
};

/// Adds the verbs to the command line. @param chosen is set, and `on_chosen` called, when one of them is given
void add_store_verbs(CLI::App& app, store_task& chosen, const std::function<void()>& on_chosen);

/// Where the broker keeps its store when nobody says.
std::filesystem::path default_store_folder();

} // namespace claw
