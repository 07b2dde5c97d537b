#include "apps/cli/transfer_commands.hpp"

#include "apps/cli/cli_exit.hpp"
#include "apps/cli/store_words.hpp"
#include "apps/transfer/job_file.hpp"
#include "apps/transfer/job_line.hpp"
#include "apps/transfer/new_file.hpp"
#include "apps/transfer/old_broker_db.hpp"
#include "net/bounded_json.hpp"
#include "net/terminal_text.hpp"
#include "storage/store_transfer.hpp"

#include <fstream>
#include <ostream>
#include <unordered_map>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t faults_told_max = 20;

/// Takes whole lines without their breaks.
using line_sink = std::function<outcome<done>(const std::string& line)>;

outcome<check_counts> write_jobs(const store_image& store, const line_sink& to, const store_world& world) {
  const auto jobs = store.jobs();
  if (!jobs)
    return jobs.error();
  progress_teller teller{world, *jobs};
  if (const auto begun = to(first_line_of_jobs()); !begun)
    return begun.error();
  const auto counts
      = export_jobs(store, [&](const job_change& x) { return to(job_line(x)); }, listener_of(world, teller));
  if (!counts)
    return counts;
  const auto ended = to(last_line_of_jobs(counts->jobs));
  return ended ? counts : ended.error();
}

/// What is wrong with the jobs that somebody wants to put in, told as it is found.
class fault_teller {
public:
  fault_teller(const char* unit, const store_world& world) : unit_(unit), world_(world) {}

  /// @returns false when that was enough
  bool tell(const nlohmann::json& where, const std::string& what) {
    ++faults_;
    if (world_.json)
      world_.out << printable_json(json_text({{unit_, where}, {"problem", what}})) << "\n";
    else
      world_.out << unit_ << " " << printable(where.is_string() ? where.get<std::string>() : where.dump(), true) << ": "
                 << printable(what, true) << "\n";
    return faults_ < faults_told_max;
  }

  bool any() const { return faults_ > 0; }

private:
  const char* unit_;
  const store_world& world_;
  std::size_t faults_ = 0;
};

failure enough_faults() {
  return {ec::bad_shape, "these are not all"};
}

int refuse(const store_task& task, const store_world& world) {
  world.out << std::flush;
  world.err << "openclaw: " << task.other.string() << " has faults: nothing was imported" << std::endl;
  return cli_exit::job_failed;
}

int import_from(const job_source& source, const store_task& task, const store_world& world) {
  progress_teller teller{world, 0};
  uint64_t taken = 0;
  const auto told = [&](const job_taker& take) {
    return source([&](job_change x) {
      teller.at(++taken);
      return take(std::move(x));
    });
  };
  const auto result = import_jobs(task.folder, task.merge, told, listener_of(world, teller));
  if (!result)
    return fail_on_store(result.error(), world);
  const auto replaced = result->replaced.string();
  if (world.json)
    world.out << printable_json(
                     json_text({{"imported", task.folder.string()},
                                {"added", result->added},
                                {"already_there", result->already_there},
                                {"replaced", replaced.empty() ? nlohmann::json(nullptr) : nlohmann::json(replaced)},
                                {"counts", counts_json(result->counts)}}))
              << std::endl;
  else
    world.out << task.folder.string() << ": " << result->added << " jobs added, " << result->already_there
              << " were there already; now " << counts_text(result->counts) << ", all checked"
              << (replaced.empty() ? "" : "; what was there is now " + replaced) << std::endl;
  return cli_exit::answered;
}

/// Reads all of the file and tells its faults. Errors: the file cannot be read.
outcome<done> check_file(std::istream& in, fault_teller& faults) {
  std::unordered_map<job_id, uint64_t> lines;
  const auto checked = read_job_file(
      in, {[&](uint64_t line, const job_change& x) -> outcome<done> {
             bool go_on = true;
             if (const auto [first, is_new] = lines.emplace(x.after.id, line); !is_new)
               go_on = faults.tell(line, "line " + std::to_string(first->second) + " has this job already");
             for (const auto& what : faults_of(x))
               go_on = go_on && faults.tell(line, what);
             return go_on ? outcome<done>{done{}} : enough_faults();
           },
           [&](uint64_t line, const std::string& what) { return faults.tell(line, what); }});
  return checked || checked.error().code == ec::bad_shape ? done{} : checked;
}

} // namespace

int export_to_file(const store_task& task, const store_world& world) {
  const auto store = store_image::open(task.folder);
  if (!store)
    return fail_on_store(store.error(), world);
  if (task.other == "-") { // the lines are alone on standard output
    const store_world told{world.err, world.err, world.json, world.quiet, world.now};
    const auto print = [&world](const std::string& line) -> outcome<done> {
      if (world.out << line << '\n')
        return done{};
      return failure{ec::io_failed, "standard output takes no more"};
    };
    const auto counts = write_jobs(*store, print, told);
    return counts ? cli_exit::answered : fail_on_store(counts.error(), told);
  }
  auto file = new_file::begin(task.other);
  const auto counts
      = file ? write_jobs(*store, [&](const std::string& line) { return file->write(line + '\n'); }, world)
             : file.error();
  const auto ended = counts ? file->end() : counts.error();
  if (!ended)
    return fail_on_store(ended.error(), world);
  if (world.json)
    world.out << printable_json(
                     json_text({{"exported", task.other.string()}, {"counts", counts_json(*counts)}}))
              << std::endl;
  else
    world.out << task.other.string() << ": " << counts_text(*counts) << ", all checked" << std::endl;
  return cli_exit::answered;
}

int import_from_file(const store_task& task, const store_world& world) {
  std::ifstream in{task.other, std::ios::binary};
  if (!in)
    return fail_on_store({ec::bad_config, "cannot read the file " + task.other.string()}, world);
  fault_teller faults{"line", world};
  if (const auto checked = check_file(in, faults); !checked)
    return fail_on_store(checked.error(), world);
  if (faults.any())
    return refuse(task, world);
  in.clear();
  in.seekg(0);
  const auto again = [&in](const job_taker& take) {
    failure changed;
    const auto read = read_job_file(in, {[&](uint64_t, job_change x) { return take(std::move(x)); },
                                         [&](uint64_t line, const std::string& what) {
                                           changed = {ec::io_failed, "the file was changed meanwhile, in line "
                                                                         + std::to_string(line) + ": " + what};
                                           return false;
                                         }});
    return changed.code == ec::none ? read : changed;
  };
  return import_from(again, task, world);
}

int import_from_old_broker(const store_task& task, const store_world& world) {
  fault_teller faults{"job", world};
  const auto checked = read_old_broker(task.other, [&](const old_broker_job& x) -> outcome<done> {
    const auto whole = whole_job_of(x);
    bool go_on = whole || faults.tell(x.id, whole.error().why);
    if (whole)
      for (const auto& what : faults_of(*whole))
        go_on = go_on && faults.tell(x.id, what);
    return go_on ? outcome<done>{done{}} : enough_faults();
  });
  if (faults.any())
    return refuse(task, world);
  if (!checked)
    return fail_on_store(checked.error(), world);
  const auto source = [&task](const job_taker& take) {
    return read_old_broker(task.other, [&take](const old_broker_job& x) -> outcome<done> {
      auto whole = whole_job_of(x);
      return whole ? take(*std::move(whole)) : whole.error();
    });
  };
  return import_from(source, task, world);
}

} // namespace claw
