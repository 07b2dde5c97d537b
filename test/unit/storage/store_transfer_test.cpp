// Whole jobs out of a store and into one: all of them or none.

#include "storage/store_transfer.hpp"
#include "test/support/crash_image.hpp"
#include "test/support/lived_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <algorithm>

using namespace claw;

namespace {

namespace fs = std::filesystem;

const check_listener strict{[](const job_id& id, const std::string& what) { FAIL(to_string(id) << what); }, {}};

std::vector<job_change> whole_jobs_of(const fs::path& db) {
  const auto image = store_image::open(db);
  REQUIRE(image);
  std::vector<job_change> all;
  const auto counts = export_jobs(*image,
                                  [&](const job_change& x) -> outcome<done> {
                                    all.push_back(x);
                                    return done{};
                                  },
                                  strict);
  REQUIRE(counts);
  CHECK(counts->jobs == all.size());
  return all;
}

job_source source_of(std::vector<job_change> jobs) {
  return [jobs = std::move(jobs)](const job_taker& take) -> outcome<done> {
    for (const auto& x : jobs)
      if (auto taken = take(x); !taken)
        return taken;
    return done{};
  };
}

/// Three whole lives, the last of them in the journal alone.
struct filled_store {
  temporary_folder folder;
  fs::path db = folder.path() / "db";
  fs::path to = folder.path() / "to";

  filled_store() {
    const auto store = must_open(db);
    for (uint64_t n = 1; n <= 3; ++n)
      for (const auto& change : whole_life(n))
        REQUIRE(store->commit({change}));
  }
};

} // namespace

TEST_CASE_METHOD(filled_store, "what is taken out of a store and put into another is the same", "[transfer]") {
  const auto store = must_open(db);
  REQUIRE(store->commit({whole_life(4)[0]})); // in the journal alone
  const auto jobs = whole_jobs_of(db);
  REQUIRE(jobs.size() == 4);
  CHECK(jobs[0].after == whole_life(1).back().after);
  CHECK(jobs[0].events.size() == 4);
  const auto put = import_jobs(to, false, source_of(jobs), strict);
  REQUIRE(put);
  CHECK(put->added == 4);
  CHECK(put->counts.problems == 0);
  const auto again = whole_jobs_of(to);
  REQUIRE(again.size() == 4);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    CHECK(again[i].after == jobs[i].after);
    CHECK(again[i].events == jobs[i].events);
    CHECK(again[i].texts == jobs[i].texts);
  }
  CHECK((*must_open(to)->find(sample_id(4)))->status == job_status::queued);
}

TEST_CASE_METHOD(filled_store, "a source that fails in the middle leaves everything as it was", "[transfer]") {
  const auto jobs = whole_jobs_of(db);
  const auto broken = [&](const job_taker& take) -> outcome<done> {
    for (uint64_t n = 10; n < 2'000; ++n) { // some batches are committed by then
      auto x = jobs[0];
      x.after.id = sample_id(n);
      REQUIRE(take(std::move(x)));
    }
    return failure{ec::io_failed, "no more"};
  };
  CHECK(import_jobs(to, false, broken, strict).error().why == "no more");
  CHECK_FALSE(fs::exists(to));
  CHECK(import_jobs(db, true, broken, strict).error().why == "no more");
  CHECK(whole_jobs_of(db).size() == 3);
  CHECK_FALSE(fs::exists(folder.path() / "db.part"));
}

TEST_CASE_METHOD(filled_store, "a store with jobs takes more when told, each once, and is kept beside", "[transfer]") {
  auto jobs = whole_jobs_of(db);
  CHECK(import_jobs(db, false, source_of(jobs), strict).error().code == ec::bad_config);
  jobs.push_back(jobs[0]);
  jobs.back().after.id = sample_id(9);
  jobs.push_back(jobs.back()); // twice in one import
  const auto put = import_jobs(db, true, source_of(jobs), strict);
  REQUIRE(put);
  CHECK(put->added == 1);
  CHECK(put->already_there == 4);
  CHECK(put->replaced == folder.path() / "db.replaced-1");
  CHECK(whole_jobs_of(db).size() == 4);
  CHECK(whole_jobs_of(put->replaced).size() == 3);
  const auto nothing_new = import_jobs(db, true, source_of(jobs), strict);
  REQUIRE(nothing_new);
  CHECK(nothing_new->replaced.empty());
}

TEST_CASE_METHOD(filled_store, "a store in use, and what is no store, take nothing", "[transfer]") {
  const auto jobs = whole_jobs_of(db);
  {
    const auto in_use = must_open(db);
    CHECK(import_jobs(db, true, source_of(jobs), strict).error().code == ec::unavailable);
  }
  fs::create_directories(to / "letters");
  CHECK(import_jobs(to, true, source_of(jobs), strict).error().code == ec::bad_config);
  CHECK(fs::exists(to / "letters"));
}

TEST_CASE_METHOD(filled_store, "a job with faults is neither taken out nor put in", "[transfer]") {
  auto jobs = whole_jobs_of(db);
  jobs[1].events.pop_back();
  jobs[1].after.id = sample_id(8);
  CHECK(faults_of(jobs[0]).empty());
  CHECK_FALSE(faults_of(jobs[1]).empty());
  std::vector<std::string> told;
  const check_listener listener{[&](const job_id&, const std::string& what) { told.push_back(what); }, {}};
  CHECK(import_jobs(to, false, source_of(jobs), listener).error().code == ec::store_broken);
  CHECK_FALSE(told.empty());
  CHECK_FALSE(fs::exists(to));
  REQUIRE(must_open(db)->commit({jobs[1]}));
  told.clear();
  const auto image = store_image::open(db);
  REQUIRE(image);
  const auto taken
      = export_jobs(*image, [](const job_change&) -> outcome<done> { return done{}; }, listener);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ec::store_broken);
  CHECK_FALSE(told.empty());
}
