#pragma once
// One batch of changes in the journal, and what a journal file holds after a crash.
//
//   magic    8 bytes, the last is the version; no text has such bytes, so that none is taken for a record
//   checksum 4 bytes, CRC-32C over everything below
//   size     4 bytes, of the payload
//   epoch    8 bytes, the number that the store and its journal share
//   sequence 8 bytes, of the record; each is one above the record before, over both files
//   payload  a batch (batch_codec.hpp), then zeros up to the next block
//
// A record begins at a block of its own: what was acknowledged is never written over before it is settled, not even
// with the same bytes. So what a power cut tears is the last record alone, which nobody was told of.

#include "actors/domain/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

inline constexpr std::size_t journal_block_bytes = 4'096;
inline constexpr std::size_t record_header_bytes = 32;

/// The size of a record, sealed, of which header and payload take so many bytes.
constexpr std::size_t sealed_size(std::size_t bytes) {
  return (bytes + journal_block_bytes - 1) / journal_block_bytes * journal_block_bytes;
}

/// Completes a record: `record` is room for the header and then the payload, and becomes whole blocks.
void seal_record(std::string& record, uint64_t epoch, uint64_t sequence);

struct journal_record {
  uint64_t sequence = 0;
  std::string_view payload; ///< lives as long as the bytes of the file
};

/// What a journal file holds.
struct journal_run {
  std::vector<journal_record> records; ///< from the beginning of the file on, without a gap
  uint64_t sequence_behind = 0; ///< the greatest of the whole records behind the first that is not whole; 0: none
  bool foreign = false;         ///< the file is the journal of another store
  bool newer = false;           ///< the file was written by a newer version of this program
};

/// Reads the bytes of a journal file and trusts none of them.
journal_run read_journal_file(std::string_view bytes, uint64_t epoch);

/// What has to be committed so that nothing acknowledged is lost: the records above `settled`, in order.
/// Errors: `store_broken` when one of them is missing or cannot be read.
outcome<std::vector<journal_record>> records_to_replay(const std::vector<journal_run>& files,
                                                       uint64_t settled);

} // namespace claw
