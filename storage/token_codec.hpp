#pragma once
// How a client's token becomes bytes in the store: one byte of version, the fields in the order of the code, and four
// bytes CRC-32C over the kid, which is the key, and everything before.
//
// To change the record: as for a job's, see job_codec.hpp; the bytes of older versions stand in token_codec_test.cpp.

#include "actors/domain/access_token.hpp"
#include "actors/domain/error.hpp"

#include <string>
#include <string_view>

namespace claw {

/// Appends to `out`.
void encode(const access_token& x, std::string& out);

/// Never trusts the bytes. Errors: `store_broken`.
outcome<access_token> decode_token(std::string_view kid, std::string_view bytes);

} // namespace claw
