// The machine loses power. Every write and every flush of the store is recorded; then disks are made as they may be
// found after a cut at any moment: what was flushed is there, and of what was written since, any part.
//
// POWER_CUT_IMAGES=N looks at N such disks.

#include "test/crash/batches.hpp"
#include "test/crash/disk_calls.hpp"
#include "test/crash/store_check.hpp"
#include "test/support/crash_image.hpp"
#include "test/support/temporary_folder.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace claw;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t journal_bytes = 128 << 10; ///< of which a batch takes more than a half
constexpr std::size_t sector_bytes = 512;        ///< what a disk writes at once, at best
constexpr std::size_t word_bytes = 8;            ///< what it writes of a sector, at worst
constexpr uint64_t batches = 8;
constexpr std::array files = {"data.mdb", "journal.0", "journal.1"};

using disk = std::array<std::string, files.size()>;

disk read_disk(const fs::path& folder) {
  disk found;
  for (std::size_t i = 0; i < files.size(); ++i) {
    found[i].resize(fs::file_size(folder / files[i]));
    std::ifstream{folder / files[i], std::ios::binary}.read(found[i].data(),
                                                           static_cast<std::streamsize>(found[i].size()));
  }
  return found;
}

void put(std::string& file, uint64_t at, std::string_view bytes) {
  if (file.size() < at + bytes.size())
    file.resize(at + bytes.size());
  file.replace(at, bytes.size(), bytes);
}

/// A write, and the moments at which it was begun and came surely to the disk. Moments are counted in entries.
struct written {
  std::size_t file;
  uint64_t at;
  std::string bytes;
  std::size_t begun;
  std::size_t durable = SIZE_MAX;
};

class disk_recorder final : public crash::disk_watcher {
public:
  int before(const crash::disk_call& x) override {
    const auto file = file_of(x.fd);
    if (file == files.size())
      return 0;
    ++now;
    if (x.what == crash::disk_call::kind::write)
      writes.push_back({file, x.at, std::string{x.bytes}, now});
    else if (x.what == crash::disk_call::kind::flush)
      flush_begun_[file] = now;
    return 0;
  }

  void after(const crash::disk_call& x) override {
    const auto file = file_of(x.fd);
    if (file == files.size())
      return;
    ++now;
    const bool flushed = x.what == crash::disk_call::kind::flush;
    const bool at_once = (::fcntl(x.fd, F_GETFL) & O_DSYNC) != 0; // as LMDB writes the page that makes a commit count
    for (auto& w : writes)
      if (w.file == file && w.durable == SIZE_MAX
          && ((flushed && w.begun < flush_begun_[file]) || (at_once && w.at == x.at && w.bytes == x.bytes)))
        w.durable = now;
  }

  void acknowledge() { acknowledged.push_back(++now); }

  std::vector<written> writes;
  std::vector<std::size_t> acknowledged; ///< when each batch was
  std::atomic<std::size_t> now{0};

private:
  static std::size_t file_of(int fd) {
    std::error_code gone;
    const auto name = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), gone).filename();
    return static_cast<std::size_t>(std::find(files.begin(), files.end(), name) - files.begin());
  }

  std::array<std::size_t, files.size()> flush_begun_{};
};

/// How much of one sector that was written, and not flushed, is on the disk.
using survival = std::function<std::size_t(std::size_t bytes)>;

/// The disk after a cut at the moment `cut`.
disk disk_after(disk image, const disk_recorder& record, std::size_t cut, const survival& left_of) {
  for (const auto& w : record.writes) {
    if (w.begun > cut)
      break;
    if (w.durable <= cut) {
      put(image[w.file], w.at, w.bytes);
      continue;
    }
    for (std::size_t done = 0; done < w.bytes.size();) {
      const auto size = std::min(sector_bytes - (w.at + done) % sector_bytes, w.bytes.size() - done);
      put(image[w.file], w.at + done, std::string_view{w.bytes}.substr(done, left_of(size)));
      done += size;
    }
  }
  return image;
}

survival any_survival(std::mt19937& random) {
  const auto few = random() % 12;
  const auto count = std::make_shared<std::size_t>(0);
  switch (random() % 6) {
  case 0: return [](auto) { return std::size_t{0}; };
  case 1: return [](auto bytes) { return bytes; };
  case 2: return [&random](auto bytes) { return random() % 2 == 0 ? bytes : 0; };
  case 3: return [few, count](auto bytes) { return (*count)++ < few ? bytes : 0; };
  case 4: return [few, count](auto bytes) { return (*count)++ == few ? 0 : bytes; };
  default: return [&random](auto bytes) { return random() % (bytes / word_bytes + 1) * word_bytes; };
  }
}

/// The store's files when it is open and at rest, and all that happened to them since.
disk record_batches(const fs::path& db, disk_recorder& record) {
  disk before;
  const auto store = must_open(db, crash::tight_options(journal_bytes));
  before = read_disk(db);
  crash::watch_disk(&record);
  for (uint64_t batch = 1; batch <= batches; ++batch) {
    if (const auto x = store->commit(crash::changes_of(batch)); !x)
      FAIL(x.error().why);
    record.acknowledge();
  }
  return before;
}

unsigned images_wanted() {
  const char* wanted = std::getenv("POWER_CUT_IMAGES");
  return wanted ? static_cast<unsigned>(std::atoi(wanted)) : 250;
}

} // namespace

TEST_CASE("after a power cut every acknowledged batch is there, and no half of one", "[crash]") {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  temporary_folder folder;
  disk_recorder record;
  const auto before = record_batches(folder.path() / "db", record);
  crash::watch_disk(nullptr); // the store has been closed, which settled the rest
  for (auto left = images_wanted(); left > 0; --left) {
    const auto cut = random() % (record.now + 1);
    INFO("seed " << seed << ", " << left << " left, cut at " << cut << " of " << record.now);
    const auto image = disk_after(before, record, cut, any_survival(random));
    temporary_folder found;
    for (std::size_t i = 0; i < files.size(); ++i)
      std::ofstream{found.path() / files[i], std::ios::binary} << image[i];
    const auto acknowledged = std::count_if(record.acknowledged.begin(), record.acknowledged.end(),
                                            [cut](std::size_t at) { return at <= cut; });
    crash::check_store(found.path(), journal_bytes, static_cast<uint64_t>(acknowledged));
  }
}
