// The journal's files: made once, written in place, never trusted after an error.

#include "storage/journal.hpp"
#include "storage/journal_record.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace claw;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes = 64 << 10;

struct journal_fixture {
  temporary_folder temporary;
  std::optional<store_folder> folder;

  journal_fixture() {
    auto opened = store_folder::open(temporary.path());
    REQUIRE(opened);
    folder.emplace(*std::move(opened));
  }

  fs::path file(int n) const { return temporary.path() / ("journal." + std::to_string(n)); }

  journal open(std::function<int(int)> flush = {}) {
    auto opened = journal::open(*folder, {file_bytes, std::move(flush)});
    if (!opened)
      FAIL(opened.error().why);
    return *std::move(opened);
  }

  static std::string record(uint64_t sequence, std::size_t payload) {
    std::string x(record_header_bytes + payload, 'p');
    seal_record(x, 1, sequence);
    return x;
  }

  static bool append(journal& to, const std::string& bytes) { return to.write(bytes) && to.flush(); }

  std::size_t records_in(std::size_t n) const {
    const auto files = journal::read(*folder);
    REQUIRE(files);
    return read_journal_file((*files)[n], 1).records.size();
  }
};

} // namespace

TEST_CASE_METHOD(journal_fixture, "a journal is two files of zeros for nobody but their owner", "[journal]") {
  CHECK((*journal::read(*folder))[0].empty());
  open();
  for (const int n : {0, 1}) {
    struct stat x {};
    REQUIRE(::stat(file(n).c_str(), &x) == 0);
    CHECK((x.st_mode & 07777) == 0600);
    CHECK(x.st_size == file_bytes);
    CHECK(x.st_blocks * 512 >= static_cast<blkcnt_t>(file_bytes));
  }
  CHECK((*journal::read(*folder))[1] == std::string(file_bytes, '\0'));
}

TEST_CASE_METHOD(journal_fixture, "records go behind each other, then to the other file", "[journal]") {
  auto x = open();
  CHECK(x.fits(file_bytes));
  REQUIRE(append(x, record(1, 10)));
  REQUIRE(append(x, record(2, 5'000)));
  CHECK(x.fits(file_bytes - 3 * journal_block_bytes));
  CHECK_FALSE(x.fits(file_bytes - 3 * journal_block_bytes + 1));
  x.next_file();
  REQUIRE(append(x, record(3, 10)));
  CHECK(records_in(0) == 2);
  CHECK(records_in(1) == 1);
  x.next_file();
  REQUIRE(append(x, record(4, 10)));
  CHECK(records_in(0) == 1);
}

TEST_CASE_METHOD(journal_fixture, "files are kept when they have the size, and made anew when not", "[journal]") {
  {
    auto x = open();
    REQUIRE(append(x, record(1, 10)));
  }
  open();
  CHECK(records_in(0) == 1);
  fs::resize_file(file(0), 5'000);
  open();
  CHECK(records_in(0) == 0);
  CHECK(fs::file_size(file(0)) == file_bytes);
}

TEST_CASE_METHOD(journal_fixture, "a flush that fails is an error of the record", "[journal]") {
  int flushes = 0;
  auto x = open([&](int) {
    errno = EIO;
    return ++flushes == 2 ? -1 : 0;
  });
  CHECK(append(x, record(1, 10)));
  CHECK(x.write(record(2, 10)));
  CHECK(x.flush().error().code == ec::store_broken);
}

TEST_CASE_METHOD(journal_fixture, "files that cannot be made leave none behind", "[journal]") {
  fs::create_directory(file(1));
  std::ofstream{file(1) / "somebody_elses"};
  CHECK_FALSE(journal::open(*folder, {file_bytes, {}}));
  CHECK_FALSE(fs::exists(file(0)));
  CHECK(fs::exists(file(1) / "somebody_elses"));
}
