#include "apps/cli/store_commands.hpp"

#include "apps/cli/cli_exit.hpp"
#include "apps/cli/store_words.hpp"
#include "apps/cli/transfer_commands.hpp"
#include "net/bounded_json.hpp"
#include "net/terminal_text.hpp"
#include "storage/store_copy.hpp"

#include <ostream>

namespace claw {

namespace {

using nlohmann::json;

int verify(const store_task& task, const store_world& world) {
  const auto store = store_image::open(task.folder);
  const auto jobs = store ? store->jobs() : store.error();
  if (!jobs)
    return fail_on_store(jobs.error(), world);
  progress_teller teller{world, *jobs};
  const auto counts = check_store(*store, listener_of(world, teller));
  if (!counts)
    return fail_on_store(counts.error(), world);
  if (world.json)
    world.out << printable_json(
                     json_text({{"verified", task.folder.string()}, {"counts", counts_json(*counts)}}))
              << std::endl;
  else
    world.out << (counts->problems == 0 ? "whole: " : std::to_string(counts->problems) + " problems: ")
              << counts_text(*counts) << std::endl;
  return counts->problems == 0 ? cli_exit::answered : cli_exit::job_failed;
}

int copy(const store_task& task, const store_world& world) {
  progress_teller teller{world, 0};
  const auto listener = listener_of(world, teller);
  const bool back = task.verb == store_verb::restore;
  const auto copied
      = back ? restore(task.other, task.folder, task.replace, listener) : back_up(task.folder, task.other, listener);
  if (!copied)
    return fail_on_store(copied.error(), world);
  const auto to = (back ? task.folder : task.other).string();
  const auto replaced = copied->replaced.string();
  if (world.json)
    world.out << printable_json(json_text({{back ? "restored" : "backup", to},
                            {"replaced", replaced.empty() ? json(nullptr) : json(replaced)},
                            {"counts", counts_json(copied->counts)}}))
              << std::endl;
  else
    world.out << to << ": " << counts_text(copied->counts) << ", all checked"
              << (replaced.empty() ? "" : "; what was there is now " + replaced) << std::endl;
  return cli_exit::answered;
}

} // namespace

int run_store_task(const store_task& task, const store_world& world) {
  switch (task.verb) {
  case store_verb::verify:
    return verify(task, world);
  case store_verb::backup:
  case store_verb::restore:
    return copy(task, world);
  case store_verb::export_jobs:
    return export_to_file(task, world);
  case store_verb::import_jobs:
    return import_from_file(task, world);
  case store_verb::import_old:
    return import_from_old_broker(task, world);
  }
  return cli_exit::usage;
}

} // namespace claw
