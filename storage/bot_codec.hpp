#pragma once
// The bot's records as bytes. To add a field: raise the version, write it last, and read it only where the version
// has it.

#include "actors/domain/errand.hpp"
#include "actors/domain/gateway_machine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

std::string encode_errand(const errand& x);
std::string encode_session(const gateway_session& x);
std::string encode_numbers(const std::vector<int64_t>& x);

// Each answers none for bytes that are no such record, or of a newer version.
std::optional<errand> decode_errand(std::string_view bytes);
std::optional<gateway_session> decode_session(std::string_view bytes);
std::optional<std::vector<int64_t>> decode_numbers(std::string_view bytes);

} // namespace claw
