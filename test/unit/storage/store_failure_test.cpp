// A disk that fails or fills under the store: what was acknowledged stays, what was refused does not come back.

#include "test/support/crash_image.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <atomic>
#include <cerrno>
#include <string>

using namespace claw;

namespace {

namespace fs = std::filesystem;

const std::string long_result(40'000, 'r');

struct failing_disk {
  temporary_folder folder;
  fs::path db = folder.path() / "db";
  fs::path image = folder.path() / "image";
  std::atomic<int> flushes_until_error{1'000'000};

  job_store_options options() {
    auto x = lazy_options();
    x.journal.flush = [this](int) {
      errno = EIO;
      return --flushes_until_error < 0 ? -1 : 0;
    };
    return x;
  }

  /// LMDB may not grow, so that settling fails soon.
  job_store_options tiny_map(std::size_t bytes = 512 << 10) {
    auto x = options();
    x.map.map_bytes = x.map.map_bytes_max = bytes;
    return x;
  }

  static std::string result_of(const job_reader& store, uint64_t n) {
    const auto x = store.document(sample_id(n));
    REQUIRE(x);
    REQUIRE(*x);
    return (*x)->result.value_or("");
  }
};

} // namespace

TEST_CASE_METHOD(failing_disk, "a journal that cannot be flushed is left for LMDB", "[store]") {
  {
    const auto store = must_open(db, options());
    REQUIRE(store->commit({creation(1)}));
    flushes_until_error = 0;
    CHECK(store->commit({creation(2)}));
    CHECK_FALSE(fs::exists(db / "journal.0"));
    take_crash_image(db, image);
    CHECK(store->commit({completion(1), completion(2)}));
    CHECK(result_of(*store, 1) == "42");
  }
  CHECK(result_of(*must_open(db), 2) == "42");
  CHECK(*must_open(image)->find(sample_id(1)));
  CHECK(*must_open(image)->find(sample_id(2)));
}

TEST_CASE_METHOD(failing_disk, "a batch that neither journal nor LMDB took does not come back", "[store]") {
  {
    const auto store = must_open(db, tiny_map(192 << 10));
    REQUIRE(store->commit({creation(1)}));
    flushes_until_error = 0;
    const auto refused = store->commit({completion(1, std::string(200'000, 'r'))});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::store_full);
    CHECK(fs::exists(db / "journal.0"));
    CHECK(result_of(*store, 1) == "");
    take_crash_image(db, image);
    CHECK(store->commit({completion(1, "short")}));
  }
  CHECK(result_of(*must_open(db), 1) == "short");
  CHECK(result_of(*must_open(image), 1) == "");
}

TEST_CASE_METHOD(failing_disk, "a batch that was refused leaves no gap in the journal", "[store]") {
  {
    const auto store = must_open(db, tiny_map());
    REQUIRE(store->commit({creation(1, "")}));
    for (int i = 0; i < 3; ++i)
      CHECK(store->commit({creation(2, std::string(600'000, 'p'))}).error().code == ec::store_full);
    REQUIRE(store->commit({completion(1)}));
    take_crash_image(db, image);
  }
  for (const auto& path : {db, image})
    CHECK(result_of(*must_open(path), 1) == "42");
}

TEST_CASE_METHOD(failing_disk, "what LMDB has no room for stays readable and comes back", "[store]") {
  uint64_t last = 0;
  {
    const auto store = must_open(db, tiny_map());
    std::vector<job_change> jobs;
    for (uint64_t n = 1; n <= 100; ++n)
      jobs.push_back(creation(n, ""));
    REQUIRE(store->commit(jobs));
    outcome<done> answer = done{};
    while (answer && last < 100)
      if (answer = store->commit({completion(last + 1, long_result)}); answer)
        ++last;
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ec::store_full);
    CHECK(last > 10); // 512 KiB of LMDB and two journal files
    CHECK(store->commit({creation(101)}).error().code == ec::store_full);
    for (uint64_t n = 1; n <= last; ++n)
      CHECK((result_of(*store, n) == long_result));
    CHECK(result_of(*store, last + 1) == "");
    CHECK(store->list({}, {}, 500)->jobs.size() == 100);
    CHECK(*store->newest() == sample_id(100));
    take_crash_image(db, image);
  }
  for (const auto& path : {db, image}) {
    const auto store = must_open(path);
    for (uint64_t n = 1; n <= last; ++n)
      CHECK((result_of(*store, n) == long_result));
    CHECK(result_of(*store, last + 1) == "");
    CHECK(store->commit({creation(101)}));
  }
}

TEST_CASE_METHOD(failing_disk, "a start that finds no room to settle serves readers", "[store]") {
  // Larger than what the other texts leave free, however many of them had been settled when the image was taken.
  constexpr std::size_t payload_bytes = 240'000;
  {
    const auto store = must_open(db, options());
    REQUIRE(store->commit({creation(1, "")}));
    for (int i = 0; i < 4; ++i)
      REQUIRE(store->commit({completion(1, std::string(200'000, 'r')), creation(2, std::string(10'000, 'p'))}));
    REQUIRE(store->commit({creation(3, std::string(payload_bytes, 'p'))}));
    take_crash_image(db, image);
  }
  {
    const auto store = must_open(image, tiny_map(384 << 10));
    CHECK(result_of(*store, 1).size() == 200'000);
    CHECK((*store->text(sample_id(3), job_text::payload))->size() == payload_bytes);
    CHECK(store->commit({creation(4)}).error().code == ec::store_full);
  }
  const auto store = must_open(image, options());
  CHECK(result_of(*store, 1).size() == 200'000);
  CHECK(store->commit({creation(4)}));
}

TEST_CASE_METHOD(failing_disk, "who commits faster than LMDB takes it waits", "[store]") {
  const auto store = must_open(db, lazy_options(64 << 10));
  for (uint64_t n = 1; n <= 200; ++n)
    REQUIRE(store->commit({creation(n, std::string(20'000, 'p'))}));
  CHECK(store->list({}, {}, 500)->jobs.size() == 200);
}

TEST_CASE_METHOD(failing_disk, "a batch larger than a file of the journal goes past it", "[store]") {
  const auto store = must_open(db, lazy_options(64 << 10));
  REQUIRE(store->commit({creation(1)}));
  REQUIRE(store->commit({completion(1, std::string(100'000, 'r'))}));
  REQUIRE(store->commit({creation(2)}));
  CHECK(result_of(*store, 1).size() == 100'000);
  take_crash_image(db, image);
  CHECK(result_of(*must_open(image), 1).size() == 100'000);
  CHECK(*must_open(image)->find(sample_id(2)));
}
