// What the store on disk does beyond the port: opening, growing, bad files, no room.

#include "storage/job_codec.hpp"
#include "storage/journaled_job_store.hpp"
#include "storage/store_layout.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

using namespace claw;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<job_store> must_open(const fs::path& path, job_store_options options = {}) {
  auto store = open_job_store(path, std::move(options));
  if (!store)
    FAIL(store.error().why);
  return *std::move(store);
}

failure refusal(const fs::path& path) {
  const auto store = open_job_store(path);
  REQUIRE_FALSE(store);
  return store.error();
}

job_store_options small_map(std::size_t bytes, std::size_t bytes_max) {
  job_store_options x;
  x.map.map_bytes = bytes;
  x.map.map_bytes_max = bytes_max;
  x.ballast_bytes = 0;
  return x;
}

/// Writes raw bytes into the databases of a store that nobody has open.
void tamper(const fs::path& path, const std::function<int(MDB_txn*, const store_layout&)>& with) {
  auto folder = store_folder::open(path);
  REQUIRE(folder);
  auto env = lmdb_env::open(*std::move(folder), {});
  REQUIRE(env);
  const auto db = open_layout(**env);
  REQUIRE(db);
  REQUIRE((*env)->write([&](MDB_txn* txn) { return with(txn, *db); }));
}

int put_raw(MDB_txn* txn, MDB_dbi database, std::string key, std::string value) {
  MDB_val k{key.size(), key.data()};
  MDB_val v{value.size(), value.data()};
  return mdb_put(txn, database, &k, &v, 0);
}

unsigned mode_of(const fs::path& path) {
  struct stat x {};
  REQUIRE(::stat(path.c_str(), &x) == 0);
  return x.st_mode & 07777;
}

/// A program that reads the store, as mdb_copy does, and is killed in the middle of it.
void die_reading(const fs::path& path) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    const bool reads = mdb_env_create(&env) == 0 && mdb_env_open(env, path.c_str(), MDB_RDONLY | MDB_NOTLS, 0600) == 0
                       && mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0 && ::write(ends[1], "r", 1) == 1;
    while (reads)
      ::pause();
    ::_exit(1);
  }
  ::close(ends[1]);
  char said = 0;
  CHECK(::read(ends[0], &said, 1) == 1);
  ::close(ends[0]);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

/// Writes five megabytes over each other. @returns what the file takes then
std::uintmax_t size_after_overwriting(job_store& store, const fs::path& path) {
  for (int i = 0; i < 50; ++i)
    REQUIRE(store.commit({creation(1, std::string(100'000, 'p'))}));
  return fs::file_size(path / "data.mdb");
}

job_store_options checking_readers(std::chrono::seconds pause) {
  auto x = small_map(64 << 20, 64 << 20);
  x.journal.file_bytes = 0;
  x.map.reader_check_pause = pause;
  return x;
}

constexpr std::uintmax_t few_bytes = 2'000'000;

} // namespace

TEST_CASE("a reader that is killed does not make the file grow", "[lmdb]") {
  temporary_folder folder;
  const auto store = must_open(folder.path(), checking_readers(std::chrono::seconds{0}));
  REQUIRE(store->commit({creation(1)}));
  die_reading(folder.path());
  CHECK(size_after_overwriting(*store, folder.path()) < few_bytes);
}

TEST_CASE("a reader that was killed before the start does not make the file grow", "[lmdb]") {
  temporary_folder folder;
  REQUIRE(must_open(folder.path())->commit({creation(1)}));
  die_reading(folder.path());
  const auto store = must_open(folder.path(), checking_readers(std::chrono::hours{1}));
  CHECK(size_after_overwriting(*store, folder.path()) < few_bytes);
}

TEST_CASE("a store is made on demand, for nobody but its owner", "[lmdb]") {
  temporary_folder folder;
  const auto path = folder.path() / "not" / "yet" / "broker.db";
  const auto before = ::umask(0);
  must_open(path);
  ::umask(before);
  CHECK(mode_of(path) == 0700);
  CHECK(mode_of(path.parent_path()) == 0700);
  for (auto file : {"data.mdb", "lock.mdb", "broker.lock", "ballast", "journal.0", "journal.1"})
    CHECK(mode_of(path / file) == 0600);
}

TEST_CASE("a store counts what it commits and tells its size and its room", "[lmdb]") {
  temporary_folder folder;
  const job_store_options options;
  auto store = open_job_store(folder.path(), options);
  REQUIRE(store);
  REQUIRE((*store)->commit({creation(1), completion(2)}));
  CHECK(options.tally->events(job_event_kind::created) == 1);
  CHECK(options.tally->events(job_event_kind::done) == 1);
  CHECK(options.tally->changes().sum() == 2);
  CHECK_FALSE(options.tally->under_way_us(0));
  const auto x = (*store)->usage();
  REQUIRE(x);
  CHECK(x->file_bytes > options.ballast_bytes);
  CHECK(x->room_bytes > 0);
  CHECK(x->takes_new_jobs);
}

TEST_CASE("a store whose room is needed for finishing jobs says that it takes no new ones", "[lmdb]") {
  temporary_folder folder;
  auto options = small_map(1 << 20, 1 << 20);
  options.ballast_bytes = 2 << 20;
  const auto store = open_job_store(folder.path(), options);
  REQUIRE(store);
  const auto x = (*store)->usage();
  REQUIRE(x);
  CHECK(x->room_bytes < options.ballast_bytes);
  CHECK_FALSE(x->takes_new_jobs);
}

TEST_CASE("what was committed is there after closing and opening", "[lmdb]") {
  temporary_folder folder;
  REQUIRE(must_open(folder.path())->commit({creation(1), creation(2), completion(2)}));
  const auto store = must_open(folder.path());
  CHECK((*store->document(sample_id(1)))->payload == R"({"prompt":"hello"})");
  CHECK((*store->document(sample_id(2)))->result == "42");
  std::vector<job_id> open;
  REQUIRE(store->each_open([&](const job& x) { open.push_back(x.id); }));
  CHECK(open == std::vector<job_id>{sample_id(1)});
}

TEST_CASE("a second broker on the same store is refused and told who has it", "[lmdb]") {
  temporary_folder folder;
  const auto first = must_open(folder.path());
  const auto why = refusal(folder.path() / ".");
  CHECK(why.code == ec::unavailable);
  CHECK(why.why.find("another broker (process " + std::to_string(::getpid()) + ")") == 0);
  CHECK(first->commit({creation(1)}));
}

TEST_CASE("a path that is no folder is refused with the name of the variable", "[lmdb]") {
  temporary_folder folder;
  const auto file = folder.path() / "broker.db";
  std::ofstream{file} << "SQLite format 3";
  for (const auto& path : {file, file / "below", fs::path{}, fs::path{"/proc/no/such"}}) {
    INFO(path);
    const auto why = refusal(path);
    CHECK(why.code == ec::bad_config);
    CHECK(why.why.find("BROKER_DB") != std::string::npos);
  }
  CHECK(fs::file_size(file) == 15);
}

TEST_CASE("a store of an unknown format is refused", "[lmdb]") {
  temporary_folder folder;
  must_open(folder.path());
  tamper(folder.path(),
         [](auto* txn, const auto& db) { return put_raw(txn, db.meta, "format", "3"); });
  const auto why = refusal(folder.path());
  CHECK(why.code == ec::store_broken);
  CHECK(why.why.find("has format 3, but this program knows only formats 1 and 2") != std::string::npos);
}

TEST_CASE("a file that is no store is refused", "[lmdb]") {
  temporary_folder folder;
  std::ofstream{folder.path() / "data.mdb"} << std::string(20'000, 'x');
  CHECK(refusal(folder.path()).code == ec::store_broken);
}

TEST_CASE("a damaged value answers store_broken and harms no other", "[lmdb]") {
  temporary_folder folder;
  REQUIRE(must_open(folder.path())->commit({creation(1), creation(2)}));
  tamper(folder.path(), [](auto* txn, const auto& db) {
    std::string bytes;
    encode(creation(1).after, chain_begin, bytes);
    bytes[3] = static_cast<char>(bytes[3] ^ 4);
    return put_raw(txn, db.jobs, std::string{key_of(sample_id(1))}, bytes);
  });
  const auto store = must_open(folder.path());
  CHECK(store->find(sample_id(1)).error().code == ec::store_broken);
  CHECK(store->document(sample_id(1)).error().code == ec::store_broken);
  CHECK(store->list({}, {}, 10).error().code == ec::store_broken);
  CHECK(store->each_open([](const job&) {}).error().code == ec::store_broken);
  CHECK(*store->text(sample_id(1), job_text::payload) == R"({"prompt":"hello"})");
  CHECK(*store->find(sample_id(2)));
}

TEST_CASE("the map grows as often as it must, also under readers", "[lmdb]") {
  temporary_folder folder;
  const auto store = must_open(folder.path(), small_map(128 << 10, 256 << 20));
  REQUIRE(store->commit({creation(1)}));
  std::atomic<bool> stop{false};
  std::atomic<int> failures{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      while (!stop)
        if (const auto x = store->document(sample_id(1)); !x || !*x)
          ++failures;
    });
  for (uint64_t n = 2; n < 40; ++n)
    CHECK(store->commit({creation(n, std::string(n * 8'000, 'p'))}));
  stop = true;
  for (auto& x : readers)
    x.join();
  CHECK(failures == 0);
  for (uint64_t n = 2; n < 40; ++n)
    CHECK((*store->text(sample_id(n), job_text::payload))->size() == n * 8'000);
}

TEST_CASE("a map that may not grow answers store_full and goes on later", "[lmdb]") {
  temporary_folder folder;
  const auto store = must_open(folder.path(), small_map(256 << 10, 512 << 10));
  uint64_t n = 0;
  auto last = store->commit({creation(++n, std::string(20'000, 'p'))});
  while (last && n < 1'000)
    last = store->commit({creation(++n, std::string(20'000, 'p'))});
  REQUIRE_FALSE(last);
  CHECK(last.error().code == ec::store_full);
  CHECK_FALSE(*store->find(sample_id(n)));
  for (uint64_t i = 1; i < n; ++i)
    CHECK((*store->text(sample_id(i), job_text::payload))->size() == 20'000);
  auto smaller = completion(1);
  smaller.texts.emplace_back(job_text::payload, std::nullopt);
  CHECK(store->commit({smaller}));
  CHECK(store->commit({creation(n)}));
}

TEST_CASE("a file at its size limit answers store_full and goes on later", "[lmdb]") {
  temporary_folder folder;
  const auto store = must_open(folder.path(), small_map(64 << 20, 64 << 20));
  const auto on_signal = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  auto low = before;
  low.rlim_cur = 1'000'000; // not at the edge of a page: one write comes up short
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &low) == 0);
  uint64_t n = 0;
  outcome<done> last = done{};
  while (last && n < 1'000)
    last = store->commit({creation(++n, std::string(20'000, 'p'))});
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, on_signal);
  REQUIRE_FALSE(last);
  CHECK(last.error().code == ec::store_full);
  CHECK_FALSE(*store->find(sample_id(n)));
  for (uint64_t i = 1; i < n; ++i)
    CHECK((*store->text(sample_id(i), job_text::payload))->size() == 20'000);
  CHECK(store->commit({creation(n)}));
}

TEST_CASE("without its ballast a store finishes jobs but takes no new ones", "[lmdb]") {
  temporary_folder folder;
  fs::create_directory(folder.path() / "ballast"); // the file cannot be made
  const auto store = must_open(folder.path());
  CHECK(store->commit({creation(1)}).error().code == ec::store_full);
  auto late = completion(1);
  CHECK(store->commit({late}));
  CHECK(store->commit({late, creation(2)}).error().code == ec::store_full);
  fs::remove(folder.path() / "ballast");
  CHECK(store->commit({creation(1)}));
  CHECK(fs::file_size(folder.path() / "ballast") == 8 << 20);
}
