// Any bytes in a journal file: records come out whole, in order and without a gap; of a file that was written and then
// damaged, nothing comes out that was not written.
#include "storage/journal_record.hpp"
#include "test/fuzz/seeded.hpp"

#include <algorithm>

namespace {

using namespace claw;

constexpr uint64_t epoch = 5;
constexpr uint64_t first = 10;

void check(const journal_run& run, std::string_view file) {
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    const auto& x = run.records[i];
    CLAW_ASSERT(i == 0 || x.sequence == run.records[i - 1].sequence + 1);
    CLAW_ASSERT(
        x.payload.empty()
        || (x.payload.data() > file.data() && x.payload.data() + x.payload.size() <= file.data() + file.size()));
  }
  for (const uint64_t settled : {uint64_t{0}, first - 1, first, first + 1}) {
    const auto replay = records_to_replay({run}, settled);
    if (!replay)
      continue;
    for (const auto& x : *replay)
      CLAW_ASSERT(x.sequence > settled);
  }
}

/// A file of three records whose payloads are pieces of `text`.
std::string written(std::string_view text, std::vector<std::string>& payloads) {
  std::string file;
  const auto third = text.size() / 3;
  for (uint64_t i = 0; i < 3; ++i) {
    payloads.emplace_back(text.substr(i * third, third));
    std::string record(record_header_bytes, '\0');
    record += payloads.back();
    seal_record(record, epoch, first + i);
    file += record;
  }
  return file;
}

std::string file_seed() {
  std::vector<std::string> payloads;
  return "0" + written("one two three", payloads);
}

} // namespace

FUZZ_SEEDS({file_seed(), "1\x10\x20\x30payload payload payload", "1abc", std::string("2\0\0\0x", 5)})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const std::string_view all{reinterpret_cast<const char*>(bytes), size};
  if (size < 4 || all[0] == '0') {
    const auto file = all.substr(std::min<std::size_t>(1, size));
    check(read_journal_file(file, epoch), file);
    return 0;
  }
  std::vector<std::string> payloads;
  auto file = written(all.substr(4), payloads);
  const auto whole = read_journal_file(file, epoch);
  CLAW_ASSERT(whole.records.size() == 3 && !whole.foreign && !whole.newer);
  CLAW_ASSERT(read_journal_file(file, epoch + 1).foreign);
  // The damage: two bytes say where, one says what.
  file[(bytes[1] * std::size_t{256} + bytes[2]) * 7 % file.size()] ^= static_cast<char>(bytes[3]);
  const auto run = read_journal_file(file, epoch);
  check(run, file);
  CLAW_ASSERT(run.records.size() <= 3);
  for (std::size_t i = 0; i < run.records.size(); ++i)
    CLAW_ASSERT(run.records[i].sequence == first + i && run.records[i].payload == payloads[i]);
  return 0;
}
