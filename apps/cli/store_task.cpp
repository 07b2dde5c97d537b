#include "apps/cli/store_task.hpp"

#include "apps/broker_config.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

namespace claw {

namespace {

constexpr const char* folder_help = "The store's folder; BROKER_DB when it is not named";

} // namespace

void add_store_verbs(CLI::App& app, store_task& chosen, const std::function<void()>& on_chosen) {
  const auto verb = [&app, &chosen, on_chosen](const char* name, const char* help, store_verb what) {
    auto* added = app.add_subcommand(name, help);
    added->callback([&chosen, on_chosen, what] {
      chosen.verb = what;
      on_chosen();
    });
    return added;
  };
  auto* verify = verb("verify", "Check a store or a backup, record by record; it may be in use", store_verb::verify);
  verify->add_option("folder", chosen.folder, folder_help);
  auto* backup = verb("backup", "Copy the store, which may be in use, to a new folder", store_verb::backup);
  backup->add_option("destination", chosen.other, "The folder to make")->required();
  backup->add_option("--db", chosen.folder, folder_help);
  auto* restore = verb("restore", "Put a backup back where a broker will find it", store_verb::restore);
  restore->add_option("backup", chosen.other, "The folder of the backup")->required();
  restore->add_option("folder", chosen.folder, "The store's folder: missing, or empty")->required();
  restore->add_flag("--replace", chosen.replace, "A store is there: keep it beside, as FOLDER.replaced-N");
  auto* exported = verb("export", "Write all jobs, with their events, as JSON lines; the store may be in use",
                        store_verb::export_jobs);
  exported->add_option("file", chosen.other, "The file to make, or - for standard output")->required();
  exported->add_option("--db", chosen.folder, folder_help);
  auto* imported = verb("import", "Put the jobs of such a file into a store that no broker uses: all or none",
                        store_verb::import_jobs);
  imported->add_option("file", chosen.other, "The file")->required();
  auto* old = verb("import-old", "The same with the jobs of the old Python broker: its broker.db",
                   store_verb::import_old);
  old->add_option("database", chosen.other, "The old broker's SQLite file; that broker must be stopped")->required();
  for (auto* into : {imported, old}) {
    into->add_option("--db", chosen.folder, folder_help);
    into->add_flag("--merge", chosen.merge, "The store has jobs: add those that it does not have");
  }
}

std::filesystem::path default_store_folder() {
  const auto rows = broker_config_table().rows;
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [](const config_row& x) { return std::string_view{x.env} == "BROKER_DB"; });
  return row->fallback;
}

} // namespace claw
