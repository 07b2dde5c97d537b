// What a journal file may hold after a crash, and what must be made of it.

#include "storage/journal_record.hpp"
#include "test/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace claw;

namespace {

constexpr uint64_t epoch = 0x1122334455667788;

std::string sealed(uint64_t sequence, const std::string& payload, uint64_t of_epoch = epoch) {
  std::string record(record_header_bytes, '\0');
  record += payload;
  seal_record(record, of_epoch, sequence);
  return record;
}

/// Records of several sizes, from `first` to `last`, as one file holds them.
std::string file_of(uint64_t first, uint64_t last) {
  std::string bytes;
  for (auto n = first; n <= last; ++n)
    bytes += sealed(n, std::string(n * 1'900 % 9'000, static_cast<char>('a' + n % 26)));
  return bytes;
}

std::vector<uint64_t> sequences(const std::vector<journal_record>& records) {
  std::vector<uint64_t> all;
  for (const auto& x : records)
    all.push_back(x.sequence);
  return all;
}

/// What would be replayed from these files; {0} when the store would be refused.
std::vector<uint64_t> replayed(const std::vector<std::string>& files, uint64_t settled) {
  std::vector<journal_run> runs;
  for (const auto& x : files)
    runs.push_back(read_journal_file(x, epoch));
  const auto records = records_to_replay(runs, settled);
  if (!records) {
    CHECK(records.error().code == ec::store_broken);
    return {0};
  }
  return sequences(*records);
}

using numbers = std::vector<uint64_t>;

} // namespace

TEST_CASE("records come back in order, with their payloads", "[journal]") {
  const auto bytes = sealed(7, "") + sealed(8, "eight") + sealed(9, std::string(10'000, 'x'))
                     + std::string(3 * journal_block_bytes, '\0');
  CHECK(bytes.size() % journal_block_bytes == 0);
  const auto run = read_journal_file(bytes, epoch);
  REQUIRE(sequences(run.records) == numbers{7, 8, 9});
  CHECK(run.records[0].payload.empty());
  CHECK(run.records[1].payload == "eight");
  CHECK(run.records[2].payload == std::string(10'000, 'x'));
  CHECK(run.sequence_behind == 0);
  CHECK_FALSE(run.foreign);
}

TEST_CASE("an empty journal has nothing to replay", "[journal]") {
  CHECK(replayed({"", ""}, 0).empty());
  CHECK(replayed({std::string(8'192, '\0'), ""}, 5).empty());
}

TEST_CASE("both files are replayed as one, whichever is older", "[journal]") {
  CHECK(replayed({file_of(4, 6), file_of(7, 9)}, 4) == numbers{5, 6, 7, 8, 9});
  CHECK(replayed({file_of(7, 9), file_of(4, 6)}, 3) == numbers{4, 5, 6, 7, 8, 9});
  CHECK(replayed({file_of(7, 9), file_of(4, 6)}, 9).empty());
}

TEST_CASE("what a file held before it was used again is not replayed", "[journal]") {
  auto file = file_of(1, 8);
  const auto fresh = file_of(20, 21);
  std::copy(fresh.begin(), fresh.end(), file.begin());
  CHECK(replayed({file, file_of(9, 19)}, 19) == numbers{20, 21});
}

TEST_CASE("a record that was cut anywhere is the end", "[journal]") {
  const auto bytes = file_of(1, 4);
  const auto whole = read_journal_file(bytes, epoch).records;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    auto cut = bytes.substr(0, size);
    std::size_t left = 0;
    for (const auto& x : whole)
      if (static_cast<std::size_t>(x.payload.data() - bytes.data()) + x.payload.size() <= size)
        ++left;
    cut.resize(bytes.size()); // the rest is as it was preallocated
    if (read_journal_file(cut, epoch).records.size() != left
        || read_journal_file(std::string_view{bytes}.substr(0, size), epoch).records.size() != left)
      FAIL("cut to " << size);
  }
}

TEST_CASE("a flipped bit is never replayed, and found when records follow", "[journal]") {
  const auto bytes = sealed(1, "one") + sealed(2, "two") + sealed(3, "three");
  const auto covered = [](std::size_t at) { return at % journal_block_bytes < record_header_bytes + 3; };
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!covered(at))
      continue; // padding
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const auto expected = at < 2 * journal_block_bytes ? numbers{0} : numbers{1, 2};
      if (replayed({flipped, ""}, 0) != expected && replayed({flipped, ""}, 0) != numbers{0})
        FAIL("byte " << at << ", bit " << bit);
    }
  }
}

TEST_CASE("a damaged record that is settled already does no harm", "[journal]") {
  auto bytes = sealed(1, "one") + sealed(2, "two") + sealed(3, "three");
  bytes[record_header_bytes] = 'x';
  CHECK(replayed({bytes, ""}, 3).empty());
}

TEST_CASE("a gap before whole records refuses the store", "[journal]") {
  CHECK(replayed({file_of(4, 6), file_of(8, 9)}, 3) == numbers{0});
  CHECK(replayed({file_of(4, 6), ""}, 2) == numbers{0});
  CHECK(replayed({file_of(4, 6), file_of(4, 6)}, 3) == numbers{0});
  auto torn = file_of(4, 6);
  torn.resize(torn.size() - journal_block_bytes);
  CHECK(replayed({torn, file_of(7, 9)}, 3) == numbers{0});
  CHECK(replayed({torn, ""}, 3) == numbers{4, 5});
}

TEST_CASE("the journal of another store is refused", "[journal]") {
  CHECK(replayed({sealed(1, "one", epoch + 1), ""}, 0) == numbers{0});
  const auto inside = sealed(1, "one") + sealed(2, "two", epoch + 1);
  CHECK(replayed({inside, ""}, 0) == numbers{1});
}

TEST_CASE("a record of a newer version refuses the store", "[journal]") {
  auto bytes = sealed(1, "one");
  bytes[7] = 2;
  CHECK(replayed({bytes, ""}, 0) == numbers{0});
}

TEST_CASE("a size beyond the end of the file is no record", "[journal]") {
  auto bytes = sealed(1, "one");
  for (std::size_t i = 12; i < 16; ++i)
    bytes[i] = '\xff';
  CHECK(replayed({bytes, ""}, 0).empty());
}
