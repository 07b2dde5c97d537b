// What actors/ports/job_store.hpp says, held against every store there is.

#include "storage/journaled_job_store.hpp"
#include "test/support/catch.hpp"
#include "test/support/memory_job_store.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace claw;

namespace {

enum class kind { memory, plain, pending, settled };

/// A store on disk: without a journal; with one that holds everything for the whole test; with one
/// that is settled all the time.
job_store_options options_of(kind x) {
  job_store_options options;
  options.journal.file_bytes = x == kind::plain ? 0 : x == kind::pending ? 16 << 20 : 1 << 20;
  options.gather = x == kind::pending ? std::chrono::hours{1} : std::chrono::milliseconds{0};
  return options;
}

/// A fresh store of each kind in turn. @param full with room for what is there alone, until make_room
struct store_fixture {
  temporary_folder folder;
  std::unique_ptr<job_store> store;
  memory_job_store* in_memory = nullptr;

  explicit store_fixture(bool full = false) {
    const auto x = GENERATE(kind::memory, kind::plain, kind::pending, kind::settled);
    if (x == kind::memory) {
      auto made = std::make_unique<memory_job_store>();
      in_memory = made.get();
      in_memory->refuse_new_jobs(full);
      store = std::move(made);
    } else {
      if (full)
        std::filesystem::create_directories(folder.path() / "db" / "ballast"); // where the reserved room should be
      auto opened = open_job_store(folder.path() / "db", options_of(x));
      REQUIRE(opened);
      store = *std::move(opened);
    }
  }

  void make_room() {
    if (in_memory)
      in_memory->refuse_new_jobs(false);
    else
      std::filesystem::remove(folder.path() / "db" / "ballast");
  }

  void commit(std::vector<job_change> changes) { REQUIRE(store->commit(changes)); }

  template <class T>
  static T must(outcome<T> x) {
    if (!x)
      FAIL(x.error().why);
    return *std::move(x);
  }

  std::vector<job_id> listed(const job_filter& filter, std::size_t page_size) {
    std::vector<job_id> ids;
    std::optional<job_id> before;
    do {
      const auto page = must(store->list(filter, before, page_size));
      CHECK(page.jobs.size() <= page_size);
      for (const auto& x : page.jobs)
        ids.push_back(x.id);
      before = page.next;
    } while (before);
    return ids;
  }
};

struct full_store : store_fixture {
  full_store() : store_fixture(true) {}
};

} // namespace

TEST_CASE_METHOD(full_store, "a full store moves the jobs that it has and takes no new ones", "[job_store]") {
  const auto refused = store->commit({creation(1)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::store_full);
  CHECK_FALSE(refused.error().why.empty());
  auto moved = completion(2);
  moved.events.front().kind = job_event_kind::done;
  commit({moved});
  CHECK(must(store->document(sample_id(2)))->result == "42");
  auto late = moved;
  late.after.worker_id = "late";
  CHECK(store->commit({late, creation(1)}).error().code == ec::store_full);
  CHECK(must(store->find(sample_id(2)))->worker_id.empty()); // the whole batch or none of it
  CHECK(must(store->find(sample_id(1))) == std::nullopt);
  CHECK(must(store->newest()) == sample_id(2));
  REQUIRE(store->erase({sample_id(2), sample_id(3)})); // taking out needs no more room than moving
  CHECK(must(store->find(sample_id(2))) == std::nullopt);
  commit({moved});
  make_room();
  commit({late, creation(1)});
  CHECK(must(store->find(sample_id(2)))->worker_id == "late");
  CHECK(must(store->find(sample_id(1)))->status == job_status::queued);
}

TEST_CASE_METHOD(store_fixture, "an empty store knows nothing and says so", "[job_store]") {
  CHECK(must(store->find(sample_id(1))) == std::nullopt);
  CHECK_FALSE(must(store->document(sample_id(1))));
  CHECK(must(store->text(sample_id(1), job_text::payload)) == std::nullopt);
  CHECK(must(store->events(sample_id(1), 0, 10)).empty());
  CHECK(must(store->list({}, {}, 10)).jobs.empty());
  CHECK(must(store->newest()) == job_id{});
  CHECK(must(store->each_open([](const job&) { FAIL("no job is open"); })) == done{});
  CHECK(store->commit({}));
}

TEST_CASE_METHOD(store_fixture, "a store tells how many jobs it has and that it takes more", "[job_store]") {
  CHECK(must(store->usage()).jobs == 0);
  commit({creation(1), creation(2)});
  commit({completion(1)});
  const auto x = must(store->usage());
  CHECK(x.jobs + (x.pending_bytes > 0 ? 2 : 0) >= 2); // the last milliseconds may be missing
  CHECK(x.jobs <= 2);
  CHECK(x.open_jobs <= x.jobs);
  CHECK((x.open_jobs == 1 || x.pending_bytes > 0));
  CHECK((x.job_bytes > 0 || x.pending_bytes > 0));
  CHECK(x.takes_new_jobs);
}

TEST_CASE_METHOD(store_fixture, "a committed job is read back with every field", "[job_store]") {
  auto change = creation(1);
  change.after = full_job(1);
  change.texts.emplace_back(job_text::checkpoint, R"({"step":3})");
  commit({change});
  CHECK(must(store->find(sample_id(1))) == full_job(1));
  const auto document = must(store->document(sample_id(1)));
  REQUIRE(document);
  CHECK(document->head == full_job(1));
  CHECK(document->payload == R"({"prompt":"hello"})");
  CHECK(document->result == std::nullopt);
  CHECK(document->error == std::nullopt);
  CHECK(must(store->text(sample_id(1), job_text::checkpoint)) == R"({"step":3})");
}

TEST_CASE_METHOD(store_fixture, "a change sets and clears the texts it names and no others",
                 "[job_store]") {
  commit({creation(1)});
  auto next = completion(1, "");
  next.texts.emplace_back(job_text::error, std::string{"no\0ne", 5});
  commit({next});
  auto document = must(store->document(sample_id(1)));
  REQUIRE(document);
  CHECK(document->payload == R"({"prompt":"hello"})");
  CHECK(document->result == "");
  CHECK(document->error == std::string{"no\0ne", 5});
  next.texts = {{job_text::result, std::nullopt}, {job_text::checkpoint, std::nullopt}};
  commit({next});
  document = must(store->document(sample_id(1)));
  CHECK(document->result == std::nullopt);
  CHECK(document->error == std::string{"no\0ne", 5});
}

TEST_CASE_METHOD(store_fixture, "texts of four megabytes and of any bytes survive", "[job_store]") {
  std::string text(4 << 20, '\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(i * 7);
  commit({creation(1, text)});
  CHECK((must(store->text(sample_id(1), job_text::payload)) == text));
  const auto bytes = must(store->text_bytes(sample_id(1)));
  CHECK(bytes >= text.size());
  CHECK(bytes < text.size() + 64);
  CHECK(must(store->text_bytes(sample_id(2))) == 0);
}

TEST_CASE_METHOD(store_fixture, "the changes of a batch apply in order", "[job_store]") {
  commit({creation(1), completion(1), creation(2)});
  CHECK(must(store->find(sample_id(1)))->status == job_status::done);
  CHECK(must(store->find(sample_id(2)))->status == job_status::queued);
  CHECK(must(store->events(sample_id(1), 0, 10)).size() == 2);
}

TEST_CASE_METHOD(store_fixture, "events come oldest first, after a number, up to a limit",
                 "[job_store]") {
  auto change = creation(1);
  change.events.clear();
  for (uint64_t i = 1; i <= 600; ++i)
    change.events.push_back(full_event(i));
  commit({change, creation(2)});
  const auto all = must(store->events(sample_id(1), 0, 10'000));
  REQUIRE(all.size() == 600);
  CHECK(all == change.events);
  const auto some = must(store->events(sample_id(1), 254, 4));
  REQUIRE(some.size() == 4);
  CHECK(some.front().sequence == 255);
  CHECK(some.back().sequence == 258);
  CHECK(must(store->events(sample_id(1), 600, 10)).empty());
  CHECK(must(store->events(sample_id(1), UINT64_MAX, 10)).empty());
  CHECK(must(store->events(sample_id(1), 0, 0)).empty());
  CHECK(must(store->events(sample_id(2), 0, 10)).size() == 1);
}

TEST_CASE_METHOD(store_fixture, "of a text the beginning can be had", "[job_store]") {
  commit({creation(1, "payload"), creation(2, "")});
  const auto some = must(store->beginning(sample_id(1), job_text::payload, 3));
  REQUIRE(some);
  CHECK(some->text == "pay");
  CHECK(some->bytes == 7);
  CHECK(must(store->beginning(sample_id(1), job_text::payload, 8))->text == "payload");
  CHECK(must(store->beginning(sample_id(2), job_text::payload, 8))->bytes == 0);
  CHECK_FALSE(must(store->beginning(sample_id(1), job_text::error, 3)));
  CHECK_FALSE(must(store->beginning(sample_id(3), job_text::payload, 3)));
}

TEST_CASE_METHOD(store_fixture, "events end with the one whose data is enough for the reader", "[job_store]") {
  auto change = creation(1);
  change.events.clear();
  for (uint64_t i = 1; const std::size_t size : {10, 90, 100, 0, 500, 1}) {
    change.events.assign(1, full_event(i++));
    change.events.back().data_json = std::string(size, 'x');
    commit({change}); // a store may keep the newest ones apart
  }
  const auto last_of = [&](uint64_t after, event_slice slice) {
    const auto some = must(store->events(sample_id(1), after, slice));
    return some.empty() ? 0 : some.back().sequence;
  };
  CHECK(last_of(0, {100, 1}) == 1);
  CHECK(last_of(0, {100, 100}) == 2);
  CHECK(last_of(0, {100, 101}) == 3);
  CHECK(last_of(0, {2, 101}) == 2);
  CHECK(last_of(2, {100, 101}) == 5); // one that holds nothing takes no room
  CHECK(last_of(0, {100, 10'000}) == 6);
  CHECK(last_of(0, {100, 0}) == 0);
}

TEST_CASE_METHOD(store_fixture, "open jobs are visited oldest first, ended ones are not",
                 "[job_store]") {
  std::vector<job_change> changes;
  for (uint64_t n = 1300; n >= 1; --n)
    changes.push_back(n % 10 == 0 ? completion(n) : creation(n));
  commit(changes);
  auto running = creation(7);
  running.after.status = job_status::running;
  auto retried = creation(20);
  commit({running, retried, completion(8)});
  std::vector<job_id> seen;
  must(store->each_open([&](const job& x) {
    seen.push_back(x.id);
    CHECK(must(store->find(x.id)) == x); // the visitor may read
  }));
  std::vector<job_id> expected;
  for (uint64_t n = 1; n <= 1300; ++n)
    if (n != 8 && (n % 10 != 0 || n == 20))
      expected.push_back(sample_id(n));
  CHECK(seen == expected);
}

TEST_CASE_METHOD(store_fixture, "a listing goes newest first, page by page, without gaps",
                 "[job_store]") {
  std::vector<job_change> changes;
  std::vector<job_id> newest_first;
  for (uint64_t n = 1; n <= 25; ++n) {
    changes.push_back(creation(n));
    newest_first.insert(newest_first.begin(), sample_id(n));
  }
  commit(changes);
  for (const std::size_t page_size : {1u, 5u, 24u, 25u, 26u, 500u})
    CHECK(listed({}, page_size) == newest_first);
  CHECK(must(store->list({}, {}, 25)).next == std::nullopt);
  const auto page = must(store->list({}, sample_id(3), 10));
  REQUIRE(page.jobs.size() == 2);
  CHECK(page.jobs.front().id == sample_id(2));
  CHECK(must(store->list({}, sample_id(1), 10)).jobs.empty());
  CHECK(must(store->list({}, {}, 0)).jobs.empty());
}

TEST_CASE_METHOD(store_fixture, "every filter narrows a listing", "[job_store]") {
  auto mine = creation(2);
  mine.after.requester = "me";
  mine.after.worker_id = "w";
  mine.after.command = "ping";
  mine.after.status = job_status::running;
  commit({creation(1), mine, completion(3)});
  using ids = std::vector<job_id>;
  job_filter by_requester, by_worker, by_command, nobody;
  by_requester.requester = "me";
  by_worker.worker_id = "w";
  by_command.command = "ping";
  nobody.requester = "me";
  nobody.command = "llm_task";
  CHECK(listed(by_requester, 10) == ids{sample_id(2)});
  CHECK(listed(by_worker, 10) == ids{sample_id(2)});
  CHECK(listed(by_command, 10) == ids{sample_id(2)});
  CHECK(listed(nobody, 10).empty());
  CHECK(listed({job_status::queued, "", "", ""}, 1) == ids{sample_id(1)});
  CHECK(listed({job_status::running, "", "", ""}, 10) == ids{sample_id(2)});
  CHECK(listed({job_status::done, "", "", ""}, 10) == ids{sample_id(3)});
  CHECK(listed({job_status::failed, "", "", ""}, 10).empty());
}

TEST_CASE_METHOD(store_fixture, "a rare match behind thousands of others is found by paging on",
                 "[job_store]") {
  std::vector<job_change> changes;
  for (uint64_t n = 1; n <= 4500; ++n)
    changes.push_back(creation(n));
  changes.front().after.requester = "me";
  commit(changes);
  job_filter mine;
  mine.requester = "me";
  CHECK(listed(mine, 10) == std::vector<job_id>{sample_id(1)});
}

TEST_CASE_METHOD(store_fixture, "the newest id is the greatest one, not the last committed",
                 "[job_store]") {
  commit({creation(9), creation(300), creation(4)});
  CHECK(must(store->newest()) == sample_id(300));
}

TEST_CASE_METHOD(store_fixture, "an erased job is gone with all that belonged to it, and no other", "[job_store]") {
  commit({creation(1), creation(2), creation(3)});
  commit({completion(2), completion(3)});
  REQUIRE(store->erase({sample_id(2), sample_id(3), sample_id(99)}));
  CHECK(must(store->find(sample_id(2))) == std::nullopt);
  CHECK_FALSE(must(store->document(sample_id(2))));
  CHECK(must(store->text(sample_id(2), job_text::payload)) == std::nullopt);
  CHECK(must(store->events(sample_id(2), 0, 10)).empty());
  CHECK(listed({}, 1) == std::vector<job_id>{sample_id(1)});
  CHECK(listed({job_status::done, "", "", ""}, 10).empty());
  CHECK(must(store->newest()) == sample_id(1));
  CHECK(must(store->document(sample_id(1)))->payload == R"({"prompt":"hello"})");
  CHECK(must(store->events(sample_id(1), 0, 10)).size() == 1);
  REQUIRE(store->erase({}));
  REQUIRE(store->erase({sample_id(1)}));
  CHECK(must(store->newest()) == job_id{});
  must(store->each_open([](const job&) { FAIL("no job is open"); }));
}

TEST_CASE_METHOD(store_fixture, "an id that was erased may be used again, and shows nothing of before", "[job_store]") {
  commit({creation(1), completion(1)});
  REQUIRE(store->erase({sample_id(1)}));
  commit({creation(1, "new")});
  const auto document = must(store->document(sample_id(1)));
  REQUIRE(document);
  CHECK(document->payload == "new");
  CHECK(document->result == std::nullopt);
  CHECK(document->head.status == job_status::queued);
  CHECK(must(store->events(sample_id(1), 0, 10)).size() == 1);
  CHECK(must(store->events(sample_id(1), 1, 10)).empty());
}

TEST_CASE_METHOD(store_fixture, "the oldest jobs come first, page by page, past those that are gone", "[job_store]") {
  std::vector<job_change> changes;
  std::vector<job_id> gone, left;
  for (uint64_t n = 1; n <= 2'600; ++n) {
    changes.push_back(creation(n));
    (n % 3 == 0 || n < 2'300 ? gone : left).push_back(sample_id(n));
  }
  commit(changes);
  REQUIRE(store->erase(gone));
  std::vector<job_id> seen;
  std::optional<job_id> after;
  do {
    const auto page = must(store->oldest(after, 70));
    CHECK(page.jobs.size() <= 70);
    for (const auto& x : page.jobs)
      seen.push_back(x.id);
    after = page.next;
  } while (after);
  CHECK(seen == left);
}

TEST_CASE_METHOD(store_fixture, "readers in other threads see whole commits only", "[job_store]") {
  commit({creation(1, "0")});
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!stop) {
        const auto x = store->document(sample_id(1));
        if (!x || !*x || (*x)->payload != std::to_string((*x)->head.events - 1))
          ++torn;
      }
    });
  for (uint64_t n = 1; n <= 100; ++n) {
    auto next = creation(1, std::to_string(n));
    next.after.events = n + 1;
    commit({next});
    CHECK(must(store->find(sample_id(1)))->events == n + 1);
  }
  stop = true;
  for (auto& x : readers)
    x.join();
  CHECK(torn == 0);
}
