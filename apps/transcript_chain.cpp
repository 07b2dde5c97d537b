#include "apps/transcript_chain.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace claw {

namespace {

constexpr std::string_view seal_begin = ",\"chain\":\"";
constexpr std::string_view seal_end = "\"}";
constexpr std::size_t hex_digits = 64;
constexpr std::size_t seal_bytes = seal_begin.size() + hex_digits + seal_end.size();

} // namespace

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const auto byte : hash) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string chain_of(std::string_view previous, std::string_view line_json) {
  std::string both{previous};
  both += line_json;
  return sha256_hex(both);
}

std::string sealed_line(const std::string& line_json, std::string_view chain) {
  std::string out = line_json.substr(0, line_json.size() - 1); // without its closing brace
  out += seal_begin;
  out += chain;
  out += seal_end;
  return out;
}

std::optional<unsealed_line> unseal(std::string_view line) {
  if (line.size() <= seal_bytes)
    return std::nullopt;
  const auto at = line.size() - seal_bytes;
  const auto chain = line.substr(at + seal_begin.size(), hex_digits);
  const bool hex = std::all_of(chain.begin(), chain.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (line.substr(at, seal_begin.size()) != seal_begin || !line.ends_with(seal_end) || !hex)
    return std::nullopt;
  return unsealed_line{std::string{line.substr(0, at)} + "}", std::string{chain}};
}

} // namespace claw
