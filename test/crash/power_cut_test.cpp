// The machine loses power: of what was written to the journal since the last flush, any part may be on the disk.

#include "test/crash/batches.hpp"
#include "test/crash/store_check.hpp"
#include "test/support/crash_image.hpp"
#include "test/support/temporary_folder.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <string>

using namespace claw;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t journal_bytes = 256 << 10; ///< three batches fill a file
constexpr std::size_t sector_bytes = 512;        ///< what a disk writes at once, at best
constexpr uint64_t batches = 8;

using journal_files = std::array<std::string, 2>;

std::string read_file(const fs::path& path) {
  std::string bytes(fs::file_size(path), '\0');
  std::ifstream{path, std::ios::binary}.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

journal_files read_journal(const fs::path& folder) {
  return {read_file(folder / "journal.0"), read_file(folder / "journal.1")};
}

/// One way in which sectors that were written may have come to the disk.
using survival = std::function<bool(std::size_t sector)>;

/// The flushed files with those of the written sectors that survive; `torn`: and a part of one more.
journal_files disk_after(const journal_files& flushed, const journal_files& written,
                         const survival& survives, bool torn, std::mt19937& random) {
  auto disk = flushed;
  for (std::size_t n = 0; n < disk.size(); ++n)
    for (std::size_t at = 0, i = 0; at < disk[n].size(); at += sector_bytes) {
      if (flushed[n].compare(at, sector_bytes, written[n], at, sector_bytes) == 0)
        continue; // not written, or no matter
      const auto bytes = survives(i++) ? sector_bytes : torn ? random() % sector_bytes : 0;
      disk[n].replace(at, bytes, written[n], at, bytes);
    }
  return disk;
}

/// Commits batches; at one of them it looks at the disk between write and flush.
class power_cut {
public:
  power_cut(uint64_t at, std::mt19937& random) : at_(at), random_(random) {}

  void run() {
    auto options = crash::tight_options(journal_bytes);
    options.on_kill_point = [this](const kill_point& x) { on_kill_point(x.step); };
    const auto store = must_open(db_, options);
    flushed_ = read_journal(db_);
    for (batch_ = 1; batch_ <= at_; ++batch_)
      REQUIRE(store->commit(crash::changes_of(batch_)));
  }

private:
  void on_kill_point(kill_step x) {
    if (x == kill_step::settle_begun)
      settling_.lock(); // data.mdb is copied only when no transaction is under way
    else if (x == kill_step::settle_committed)
      settling_.unlock();
    else if (x == kill_step::journal_flushed)
      flushed_ = read_journal(db_);
    else if (x == kill_step::journal_written && batch_ == at_)
      cut();
  }

  void cut() {
    const std::lock_guard lock{settling_};
    const auto written = read_journal(db_);
    const auto some = random_() % 100;
    const auto few = random_() % 12;
    check(written, [](auto) { return false; });
    check(written, [](auto) { return true; });
    check(written, [&](auto i) { return i < some; });
    check(written, [&](auto i) { return i < few; });
    check(written, [&](auto i) { return i != few; });
    check(written, [&](auto) { return random_() % 2 == 0; });
    check(written, [&](auto) { return random_() % 50 != 0; });
  }

  void check(const journal_files& written, const survival& survives) {
    temporary_folder image;
    fs::copy_file(db_ / "data.mdb", image.path() / "data.mdb");
    const auto disk = disk_after(flushed_, written, survives, random_() % 2 == 0, random_);
    for (std::size_t n = 0; n < disk.size(); ++n)
      std::ofstream{image.path() / ("journal." + std::to_string(n)), std::ios::binary} << disk[n];
    crash::check_store(image.path(), journal_bytes, at_ - 1);
  }

  temporary_folder folder_;
  fs::path db_ = folder_.path() / "db";
  uint64_t at_;
  uint64_t batch_ = 0;
  std::mt19937& random_;
  std::mutex settling_;
  journal_files flushed_;
};

} // namespace

TEST_CASE("after a power cut every acknowledged batch is there, and no half of one", "[crash]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (uint64_t at = 1; at <= batches; ++at) {
    INFO("the cut is in batch " << at);
    power_cut{at, random}.run();
  }
}
