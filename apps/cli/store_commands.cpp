#include "apps/cli/store_commands.hpp"

#include "apps/cli/cli_exit.hpp"
#include "apps/cli/progress_text.hpp"
#include "net/bounded_json.hpp"
#include "storage/store_copy.hpp"

#include <ostream>

namespace claw {

namespace {

using nlohmann::json;

constexpr std::chrono::seconds between_progress_lines{1};

/// Says how far a check is, once a second and not before the first second is over.
class progress_teller {
public:
  progress_teller(const store_world& world, uint64_t jobs) : world_(world), jobs_(jobs), told_(world.now()) {}

  void at(uint64_t done) {
    if (world_.quiet || world_.now() - told_ < between_progress_lines)
      return;
    told_ = world_.now();
    world_.err << "  " << done << (jobs_ > 0 ? " of " + std::to_string(jobs_) : "") << " jobs" << std::endl;
  }

private:
  const store_world& world_;
  uint64_t jobs_;
  std::chrono::steady_clock::time_point told_;
};

int fail(const failure& why, const store_world& world) {
  world.err << "openclaw: " << printable(why.why, true) << std::endl;
  return why.code == ec::store_broken ? cli_exit::job_failed : cli_exit::of(why.code);
}

json counts_json(const check_counts& x) {
  return {{"jobs", x.jobs},
          {"events", x.events},
          {"events_unchained", x.unchained},
          {"texts", x.texts},
          {"problems", x.problems}};
}

std::string counts_text(const check_counts& x) {
  auto text = std::to_string(x.jobs) + " jobs, " + std::to_string(x.events) + " events, " + std::to_string(x.texts)
              + " texts";
  if (x.unchained > 0)
    text += " (" + std::to_string(x.unchained) + " events are older than the chains)";
  return text;
}

/// A line a problem, and progress.
check_listener listener_of(const store_world& world, progress_teller& teller) {
  return {[&world](const job_id& id, const std::string& what) {
            if (world.json)
              world.out << json_text({{"job_id", to_string(id)}, {"problem", what}}) << "\n";
            else
              world.out << to_string(id) << ": " << printable(what, true) << "\n";
          },
          [&teller](const check_counts& so_far) { teller.at(so_far.jobs); }};
}

int verify(const store_task& task, const store_world& world) {
  const auto store = store_image::open(task.folder);
  const auto jobs = store ? store->jobs() : store.error();
  if (!jobs)
    return fail(jobs.error(), world);
  progress_teller teller{world, *jobs};
  const auto counts = check_store(*store, listener_of(world, teller));
  if (!counts)
    return fail(counts.error(), world);
  if (world.json)
    world.out << json_text({{"verified", task.folder.string()}, {"counts", counts_json(*counts)}}) << std::endl;
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
    return fail(copied.error(), world);
  const auto to = (back ? task.folder : task.other).string();
  const auto replaced = copied->replaced.string();
  if (world.json)
    world.out << json_text({{back ? "restored" : "backup", to},
                            {"replaced", replaced.empty() ? json(nullptr) : json(replaced)},
                            {"counts", counts_json(copied->counts)}})
              << std::endl;
  else
    world.out << to << ": " << counts_text(copied->counts) << ", all checked"
              << (replaced.empty() ? "" : "; what was there is now " + replaced) << std::endl;
  return cli_exit::answered;
}

} // namespace

int run_store_task(const store_task& task, const store_world& world) {
  return task.verb == store_verb::verify ? verify(task, world) : copy(task, world);
}

} // namespace claw
