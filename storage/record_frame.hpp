#pragma once
// What all stored records have around and in them: a version in front, a checksum behind, sets of caps.

#include "actors/domain/caps.hpp"
#include "actors/domain/error.hpp"
#include "storage/byte_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// A record's version and what stands between it and the checksum.
struct versioned_fields {
  uint8_t version = 0;
  std::string_view fields;
};

/// Appends CRC-32C over the key and the record. @param from where the record begins in `out`
void append_checksum(std::string_view key, std::size_t from, std::string& out);

/// Takes version and checksum off. Errors: `store_broken` when they are not those of a record under this key, or of a
/// version above `version`; its sentence is the `why` of a `broken_record`.
outcome<versioned_fields> fields_of(std::string_view key, std::string_view bytes, uint8_t version);

/// `store_broken` with the sentence: the stored `what` `why`.
failure broken_record(std::string_view what, std::string_view why);

void put_caps(byte_writer& out, const caps& x);
caps take_caps(byte_reader& in);

} // namespace claw
