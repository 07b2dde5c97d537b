#pragma once
// How a job, its events and its texts become bytes in the store.
//
// A value is: one byte of version, the fields in the order of the code, and four bytes CRC-32C
// (lowest first) over the key and everything before. The key is part of the checksum, so that a
// value under a wrong key is found out too. Records (from version 4 on) and events (from version 2 on) have a hash of
// the event chain between version and fields: see event_chain.hpp.
//
// To change a record: raise its `..._version` in job_codec.cpp; write the new field last; read it
// only `if (version >= N)`, and give older records the field's default; add the new record's bytes
// to job_codec_test.cpp and leave those of the older versions there, they must stay readable for
// ever. Never reorder or reuse a number of an enum.

#include "actors/domain/error.hpp"
#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"
#include "storage/event_chain.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

using text_key = std::array<char, 17>;  ///< id, kind of text
using event_key = std::array<char, 24>; ///< id, sequence highest byte first: sorts as events do

std::string_view key_of(const job_id& id); ///< the 16 bytes of the id itself; lives as long as `id`
text_key key_of(const job_id& id, job_text kind);
event_key key_of(const job_id& id, uint64_t sequence);

template <std::size_t Size>
std::string_view view(const std::array<char, Size>& key) {
  return {key.data(), key.size()};
}

// Both answer nothing when the bytes are no such key.
std::optional<job_id> id_from_key(std::string_view key);
std::optional<uint64_t> sequence_from_key(std::string_view key);

// -- encoding: appends to `out`
//
void encode(const job& x, const chain_hash& head, std::string& out);
/// @returns the hash of the event, which stands behind the one with the hash `before`
chain_hash encode(const job_id& id, const job_event& x, const chain_hash& before, std::string& out);
void encode(const job_id& id, job_text kind, std::string_view text, std::string& out);

// -- decoding: never trusts the bytes. Errors: `store_broken`
//
outcome<job> decode_job(const job_id& id, std::string_view bytes);
outcome<job_event> decode_event(const job_id& id, uint64_t sequence, std::string_view bytes);
outcome<std::string> decode_text(const job_id& id, job_text kind, std::string_view bytes);
outcome<std::string_view> view_text(const job_id& id, job_text kind, std::string_view bytes); ///< in the bytes

// -- the chain. Errors: `store_broken`
//
/// The hash of the newest event, as the record says it; `chain_begin` in a record from before there were chains.
outcome<chain_hash> decode_chain_head(const job_id& id, std::string_view bytes);

/// An event's hash as it was written and as it must be.
struct checked_link {
  chain_hash written; ///< `chain_begin` in an event from before there were chains
  chain_hash due;
};
outcome<checked_link> check_link(const job_id& id, uint64_t sequence, std::string_view bytes, const chain_hash& before);

} // namespace claw
