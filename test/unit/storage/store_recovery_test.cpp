// A start after a crash: what the journal holds comes back, and nothing that it cannot vouch for.

#include "storage/journal_record.hpp"
#include "storage/store_layout.hpp"
#include "test/support/crash_image.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <atomic>
#include <fstream>
#include <string>

using namespace claw;

namespace {

namespace fs = std::filesystem;

struct recovery_fixture {
  temporary_folder folder;
  fs::path db = folder.path() / "db";
  fs::path image = folder.path() / "image";

  void crash() { take_crash_image(db, image); }
};

/// What LMDB alone says of the store, which nobody may have open.
store_meta meta_of(const fs::path& path) {
  auto locked = store_folder::open(path);
  REQUIRE(locked);
  auto env = lmdb_env::open(*std::move(locked), {});
  REQUIRE(env);
  const auto layout = open_layout(**env);
  REQUIRE(layout);
  return layout->says;
}

bool is_done(const job_reader& store, uint64_t n) {
  const auto x = store.document(sample_id(n));
  REQUIRE(x);
  return *x && (*x)->head.status == job_status::done && (*x)->result == "42"
         && store.events(sample_id(n), 0, 10)->size() == 2;
}

void flip_bit(const fs::path& file, std::streamoff at) {
  std::fstream x{file, std::ios::in | std::ios::out | std::ios::binary};
  x.seekg(at);
  const auto byte = static_cast<char>(x.get() ^ 1);
  x.seekp(at);
  x.put(byte);
}

} // namespace

TEST_CASE_METHOD(recovery_fixture, "batches that were not settled come back", "[store]") {
  const auto store = must_open(db);
  REQUIRE(store->commit({creation(1), creation(2)}));
  REQUIRE(store->commit({completion(1)}));
  crash();
  const auto again = must_open(image);
  CHECK(is_done(*again, 1));
  CHECK((*again->find(sample_id(2)))->status == job_status::queued);
  CHECK(again->commit({completion(2)}));
  CHECK(is_done(*again, 2));
}

TEST_CASE_METHOD(recovery_fixture, "a store survives crash after crash", "[store]") {
  for (uint64_t n = 1; n <= 20; ++n) {
    const auto store = must_open(db);
    for (uint64_t before = 1; before < n; ++before)
      CHECK(is_done(*store, before));
    REQUIRE(store->commit({creation(n, std::string(30'000, 'p'))}));
    REQUIRE(store->commit({completion(n)}));
    crash();
    std::swap(db, image);
  }
}

TEST_CASE_METHOD(recovery_fixture, "both files come back, the older one first", "[store]") {
  auto options = lazy_options(64 << 10);
  std::atomic<bool> settling{false};
  std::atomic<bool> go_on{false};
  options.on_kill_point = [&](const kill_point& x) {
    if (x.step != kill_step::settle_begun)
      return;
    settling = true;
    settling.notify_all();
    go_on.wait(false);
  };
  {
    const auto store = must_open(db, options);
    for (uint64_t n = 1; n <= 20; ++n) // 16 records fill a file
      REQUIRE(store->commit({n % 2 == 1 ? creation(n) : completion(n - 1)}));
    settling.wait(false);
    crash();
    go_on = true;
    go_on.notify_all();
  }
  const auto again = must_open(image);
  for (uint64_t n = 1; n <= 19; n += 2)
    CHECK(is_done(*again, n));
}

TEST_CASE_METHOD(recovery_fixture, "a damaged record before others refuses the store", "[store]") {
  const auto store = must_open(db);
  for (uint64_t n = 1; n <= 3; ++n)
    REQUIRE(store->commit({creation(n)}));
  crash();
  flip_bit(image / "journal.0", journal_block_bytes + 100);
  const auto why = refusal_of(image);
  CHECK(why.code == ec::store_broken);
  CHECK(why.why.find("lacks batch 2 although it holds later ones") != std::string::npos);
}

TEST_CASE_METHOD(recovery_fixture, "a journal without its data.mdb is refused", "[store]") {
  const auto store = must_open(db);
  REQUIRE(store->commit({creation(1)}));
  crash();
  fs::remove(image / "data.mdb");
  CHECK(refusal_of(image).why.find("belongs to another store") != std::string::npos);
  fs::remove(image / "journal.0");
  fs::remove(image / "journal.1");
  CHECK_FALSE(*must_open(image)->find(sample_id(1)));
}

TEST_CASE_METHOD(recovery_fixture, "an older data.mdb under the journal is refused", "[store]") {
  must_open(db);
  crash();
  const auto store = must_open(db, lazy_options(64 << 10));
  for (uint64_t n = 1; n <= 100; ++n)
    REQUIRE(store->commit({creation(n)}));
  for (const auto* file : {"journal.0", "journal.1"})
    fs::copy_file(db / file, image / file, fs::copy_options::overwrite_existing);
  CHECK(refusal_of(image).why.find("lacks batch") != std::string::npos);
}

TEST_CASE_METHOD(recovery_fixture, "only a store in order opens with older versions", "[store]") {
  {
    const auto store = must_open(db);
    REQUIRE(store->commit({creation(1)}));
    crash();
  }
  CHECK(meta_of(image).journaled);
  CHECK_FALSE(meta_of(db).journaled);
  CHECK(meta_of(db).settled == 1);
  must_open(image);
  CHECK_FALSE(meta_of(image).journaled);
}

TEST_CASE_METHOD(recovery_fixture, "a store goes from no journal to one and back", "[store]") {
  REQUIRE(must_open(db, lazy_options(0))->commit({creation(1)}));
  CHECK_FALSE(fs::exists(db / "journal.0"));
  {
    const auto store = must_open(db);
    REQUIRE(store->commit({completion(1)}));
    crash();
  }
  const auto store = must_open(image, lazy_options(0));
  CHECK(is_done(*store, 1));
  REQUIRE(store->commit({creation(2)}));
  CHECK(*store->find(sample_id(2)));
}
