// kill -9 while jobs are erased: each erasure is there or not, as a whole, and the store is sound.

#include "storage/store_check.hpp"
#include "test/crash/batches.hpp"
#include "test/support/catch.hpp"
#include "test/support/lived_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace claw;

namespace {

constexpr uint64_t jobs = 24;

std::vector<job_id> even_ids() {
  std::vector<job_id> ids;
  for (uint64_t n = 2; n <= jobs; n += 2)
    ids.push_back(sample_id(n));
  return ids;
}

/// In a child: makes the jobs, then erases every second one, and dies at the step on the way, if it comes there.
void erase_and_die(const std::filesystem::path& folder, std::size_t journal_bytes, kill_step at) {
  spdlog::set_level(spdlog::level::off);
  auto armed = std::make_shared<std::atomic<bool>>(false);
  auto options = crash::tight_options(journal_bytes);
  options.on_kill_point = [=](const kill_point& x) {
    if (*armed && x == at)
      ::raise(SIGKILL);
  };
  {
    auto store = open_job_store(folder, options);
    for (uint64_t n = 1; store && n <= jobs; ++n)
      for (const auto& change : whole_life(n, std::string(n * 500, 'r')))
        if (!(*store)->commit({change}))
          ::_exit(1);
  } // all of it is settled
  auto store = open_job_store(folder, options);
  if (!store)
    ::_exit(1);
  *armed = true;
  const bool erased = (*store)->erase(even_ids()).ok();
  store = failure{}; // settles, where the step may come
  ::_exit(erased ? 0 : 1);
}

void check(const std::filesystem::path& folder, std::size_t journal_bytes, bool must_be_gone) {
  auto opened = open_job_store(folder, crash::tight_options(journal_bytes));
  REQUIRE(opened);
  const auto& store = **opened;
  std::size_t gone = 0;
  for (const auto& id : even_ids()) {
    const auto x = store.find(id);
    REQUIRE(x);
    gone += !*x;
    CHECK(store.events(id, 0, 10)->size() == (*x ? 4 : 0));
    CHECK(store.text(id, job_text::result)->has_value() == x->has_value());
  }
  CHECK((gone == even_ids().size() || (gone == 0 && !must_be_gone)));
  for (uint64_t n = 1; n <= jobs; n += 2)
    CHECK((*store.find(sample_id(n)))->status == job_status::done);
  opened = failure{};
  const auto image = store_image::open(folder);
  REQUIRE(image);
  const auto counts
      = check_store(*image, {[](const job_id& id, const std::string& what) { FAIL(to_string(id) << what); }, {}});
  REQUIRE(counts);
  CHECK(counts->jobs == jobs - gone);
}

} // namespace

TEST_CASE("a store killed at any step of an erasure has all of it or nothing of it", "[crash]") {
  for (const std::size_t journal_bytes : {std::size_t{0}, std::size_t{256} << 10})
    for (const auto& point : all_kill_points()) {
      if (point.path)
        continue; // of an actor
      INFO(to_string(point) << ", journal of " << journal_bytes << " bytes");
      temporary_folder folder;
      const auto child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0)
        erase_and_die(folder.path() / "db", journal_bytes, point.step);
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
      CHECK((killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
      check(folder.path() / "db", journal_bytes, !killed);
    }
}
