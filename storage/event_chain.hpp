#pragma once
// The hash chain over the events of a job. Each event carries the hash of the one before it, its own key and its own
// bytes; the job's record carries the hash of the newest. So an event that was changed, lost, swapped or added shows,
// also where every checksum is right. It shows damage and mistakes; who can write the file can also write a new chain.
//
// SHA-256, cut to 16 bytes: to change an event unseen one needs another one with the same hash (2^128 tries); that two
// events with one hash can be made at will (2^64) helps nobody, since the hash also covers all that came before.

#include <array>
#include <string_view>

namespace claw {

using chain_hash = std::array<char, 16>;

/// Before the first event, and where a record was written before there were chains.
inline constexpr chain_hash chain_begin{};

/// The hash of an event. @param key of the event in the store @param fields its bytes without version and hash
chain_hash chain_link(const chain_hash& before, std::string_view key, std::string_view fields);

} // namespace claw
