#pragma once
// The checksum of stored values: LMDB 0.9 has none of its own, so a flipped bit on the disk would go unseen.

#include <cstdint>
#include <string_view>

namespace claw {

/// CRC-32C of `bytes`, or of earlier bytes and these when `before` is the checksum of the earlier ones.
/// @source RFC 3720, appendix B.4 (polynomial 0x1EDC6F41, reflected)
uint32_t crc32c(std::string_view bytes, uint32_t before = 0) noexcept;

/// The same number on a processor that has no instruction for it.
uint32_t crc32c_by_tables(std::string_view bytes, uint32_t before = 0) noexcept;

} // namespace claw
