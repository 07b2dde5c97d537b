#include "storage/journal_record.hpp"

#include "storage/byte_stream.hpp"
#include "storage/crc32c.hpp"

#include <algorithm>
#include <array>

namespace claw {

namespace {

constexpr std::string_view magic = "\xff\xfe" "claw\xfd"; // a byte of version follows
constexpr char version = 1;

constexpr std::size_t checksum_at = 8;
constexpr std::size_t size_at = 12;
constexpr std::size_t epoch_at = 16;
constexpr std::size_t sequence_at = 24;

struct found_record {
  uint64_t epoch = 0;
  journal_record record;
  std::size_t end = 0; ///< where the next one begins
};

/// @returns nothing unless a whole record begins at `at`.
std::optional<found_record> record_at(std::string_view bytes, std::size_t at) {
  if (at + record_header_bytes > bytes.size())
    return std::nullopt;
  const auto here = bytes.substr(at);
  if (!here.starts_with(magic) || here[magic.size()] != version)
    return std::nullopt;
  const std::size_t size = load_fixed<uint32_t>(here.data() + size_at);
  if (size > here.size() - record_header_bytes)
    return std::nullopt;
  const auto covered = here.substr(size_at, record_header_bytes - size_at + size);
  if (crc32c(covered) != load_fixed<uint32_t>(here.data() + checksum_at))
    return std::nullopt;
  return found_record{load_fixed<uint64_t>(here.data() + epoch_at),
                      {load_fixed<uint64_t>(here.data() + sequence_at),
                       here.substr(record_header_bytes, size)},
                      at + sealed_size(record_header_bytes + size)};
}

failure broken(const std::string& why) {
  return {ec::store_broken, "the store's journal (journal.0, journal.1) " + why};
}

/// What is wrong with the file whatever the store has settled; "" when nothing is.
std::string trouble_of(const journal_run& file) {
  if (file.newer)
    return "was written by a newer version of this program; use that version";
  if (file.foreign)
    return "belongs to another store than data.mdb; put both back from the same moment, or remove the journal to go "
           "on with what data.mdb holds";
  return "";
}

} // namespace

void seal_record(std::string& record, uint64_t epoch, uint64_t sequence) {
  const auto size = record.size() - record_header_bytes;
  std::copy(magic.begin(), magic.end(), record.begin());
  record[magic.size()] = version;
  store_fixed(static_cast<uint32_t>(size), record.data() + size_at);
  store_fixed(epoch, record.data() + epoch_at);
  store_fixed(sequence, record.data() + sequence_at);
  store_fixed(crc32c(std::string_view{record}.substr(size_at)), record.data() + checksum_at);
  record.resize(sealed_size(record.size()));
}

journal_run read_journal_file(std::string_view bytes, uint64_t epoch) {
  journal_run run;
  std::size_t at = 0;
  for (auto x = record_at(bytes, 0); x; x = record_at(bytes, at)) {
    run.foreign = run.foreign || (at == 0 && x->epoch != epoch);
    if (x->epoch != epoch || (at > 0 && x->record.sequence != run.records.back().sequence + 1))
      break; // from before the file was used again
    run.records.push_back(x->record);
    at = x->end;
  }
  run.newer = bytes.size() > magic.size() && bytes.starts_with(magic)
              && static_cast<uint8_t>(bytes[magic.size()]) > static_cast<uint8_t>(version);
  for (; at < bytes.size(); at += journal_block_bytes)
    if (const auto x = record_at(bytes, at); x && x->epoch == epoch)
      run.sequence_behind = std::max(run.sequence_behind, x->record.sequence);
  return run;
}

outcome<std::vector<journal_record>> records_to_replay(const std::vector<journal_run>& files,
                                                       uint64_t settled) {
  std::vector<journal_record> found;
  uint64_t last = settled;
  for (const auto& file : files) {
    if (const auto why = trouble_of(file); !why.empty())
      return broken(why);
    for (const auto& x : file.records)
      if (x.sequence > settled)
        found.push_back(x);
    last = std::max(last, file.sequence_behind);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  auto expected = settled + 1;
  for (const auto& x : found) {
    if (x.sequence != expected)
      break;
    ++expected;
  }
  if (found.size() != expected - settled - 1 || last >= expected)
    return broken("lacks batch " + std::to_string(expected) + " although it holds later ones: a file was damaged, "
                  + "removed, or put back from another moment than data.mdb; put the whole folder back from one "
                  + "moment, or remove the journal to go on with what data.mdb holds");
  return found;
}

} // namespace claw
