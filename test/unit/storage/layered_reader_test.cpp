// Readers of a store whose batches gather, settle and change files under them: each call sees one moment.

#include "test/support/crash_image.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace claw;

namespace {

constexpr uint64_t jobs = 8;

/// Batch `round`: every job gets the round as its number of events, one event, and as its result.
std::vector<job_change> changes_of(uint64_t round) {
  std::vector<job_change> changes;
  for (uint64_t n = 1; n <= jobs; ++n) {
    auto x = creation(n, std::string(round * 37 % 900, 'p'));
    x.after.events = round;
    x.events.front().sequence = round;
    x.texts.emplace_back(job_text::result, std::to_string(round));
    changes.push_back(std::move(x));
  }
  return changes;
}

bool lists_one_round(const job_store& store) {
  const auto page = store.list({}, {}, 100);
  if (!page || page->jobs.size() != jobs)
    return false;
  for (const auto& x : page->jobs)
    if (x.events != page->jobs.front().events)
      return false;
  return true;
}

bool visits_every_job(const job_store& store) {
  uint64_t seen = 0;
  return store.each_open([&](const job& x) { seen += x.id == sample_id(seen + 1) ? 1 : 100; })
         && seen == jobs;
}

bool document_is_of_one_round(const job_store& store) {
  const auto x = store.document(sample_id(3));
  return x && *x && (*x)->result == std::to_string((*x)->head.events);
}

bool events_have_no_gap(const job_store& store) {
  const auto head = store.find(sample_id(5));
  const auto events = store.events(sample_id(5), 0, 10'000);
  if (!head || !*head || !events || events->size() < (*head)->events)
    return false;
  for (std::size_t i = 0; i < events->size(); ++i)
    if ((*events)[i].sequence != i + 1)
      return false;
  return true;
}

bool newest_is_there(const job_store& store) {
  const auto x = store.newest();
  return x && *x == sample_id(jobs);
}

} // namespace

TEST_CASE("every reader sees one moment, whatever the settler does", "[store]") {
  temporary_folder folder;
  auto options = lazy_options(64 << 10);
  options.gather = std::chrono::milliseconds{0};
  const auto store = must_open(folder.path(), options);
  REQUIRE(store->commit(changes_of(1)));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (const auto holds : {lists_one_round, visits_every_job, document_is_of_one_round,
                           events_have_no_gap, newest_is_there})
    readers.emplace_back([&, holds] {
      while (!stop)
        wrong += holds(*store) ? 0 : 1;
    });
  for (uint64_t round = 2; round <= 300; ++round) {
    CHECK(store->commit(changes_of(round)));
    CHECK((*store->find(sample_id(1)))->events == round);
  }
  stop = true;
  for (auto& x : readers)
    x.join();
  CHECK(wrong == 0);
}

TEST_CASE("a text that was cleared hides the settled one", "[store]") {
  temporary_folder folder;
  REQUIRE(must_open(folder.path())->commit({completion(1)}));
  const auto store = must_open(folder.path());
  auto cleared = creation(1);
  cleared.texts = {{job_text::result, std::nullopt}};
  REQUIRE(store->commit({cleared}));
  CHECK_FALSE(*store->text(sample_id(1), job_text::result));
  CHECK_FALSE((*store->document(sample_id(1)))->result);
}

TEST_CASE("pending jobs hide settled ones in listings", "[store]") {
  temporary_folder folder;
  REQUIRE(must_open(folder.path())->commit({creation(1), creation(2), creation(4)}));
  const auto store = must_open(folder.path());
  REQUIRE(store->commit({completion(2), creation(3), creation(5)}));
  const auto ids = [](const std::vector<job>& found) {
    std::vector<job_id> all;
    for (const auto& x : found)
      all.push_back(x.id);
    return all;
  };
  using numbers = std::vector<job_id>;
  for (const std::size_t limit : {1u, 2u, 10u}) {
    numbers queued;
    std::optional<job_id> before;
    do {
      const auto page = store->list({job_status::queued, "", "", ""}, before, limit);
      REQUIRE(page);
      for (const auto& id : ids(page->jobs))
        queued.push_back(id);
      before = page->next;
    } while (before);
    CHECK(queued == numbers{sample_id(5), sample_id(4), sample_id(3), sample_id(1)});
  }
  numbers open;
  REQUIRE(store->each_open([&](const job& x) { open.push_back(x.id); }));
  CHECK(open == numbers{sample_id(1), sample_id(3), sample_id(4), sample_id(5)});
  CHECK(ids(store->list({}, sample_id(3), 1)->jobs) == numbers{sample_id(2)});
}
