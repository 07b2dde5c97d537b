#include "actors/domain/job_id.hpp"

#include <utility>

namespace claw {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

/// The 60 bits that grow: 48 bits of milliseconds and the 12 bits of `rand_a`, used as a counter (RFC 9562, 6.2).
uint64_t ordinal(const job_id& id) {
  uint64_t x = 0;
  for (std::size_t i = 0; i < 6; ++i)
    x = (x << 8) | id.bytes[i];
  return (x << 12) | (uint64_t{id.bytes[6] & 0x0fu} << 8) | id.bytes[7];
}

} // namespace

std::string to_string(const job_id& id) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (is_dash_position(text.size()))
      text += '-';
    text += hex_digits[id.bytes[i] >> 4];
    text += hex_digits[id.bytes[i] & 0x0f];
  }
  return text;
}

std::optional<job_id> parse_job_id(std::string_view text) {
  if (text.size() != 36)
    return std::nullopt;
  job_id id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_dash_position(i)) {
      if (text[i++] != '-')
        return std::nullopt;
      continue;
    }
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    id.bytes[byte++] = static_cast<uint8_t>(high * 16 + low);
    i += 2;
  }
  return id;
}

int64_t created_ms(const job_id& id) {
  return static_cast<int64_t>(ordinal(id) >> 12);
}

job_id_source::job_id_source(job_id last, std::function<uint64_t()> random)
    : last_(last), random_(std::move(random)) {}

job_id job_id_source::next(int64_t now_ms) {
  const auto least = ordinal(last_) + 1;
  auto x = static_cast<uint64_t>(now_ms < 0 ? 0 : now_ms) << 12;
  if (x < least)
    x = least;
  job_id id;
  for (std::size_t i = 0; i < 6; ++i)
    id.bytes[i] = static_cast<uint8_t>(x >> (52 - 8 * i));
  id.bytes[6] = static_cast<uint8_t>(0x70 | ((x >> 8) & 0x0f));
  id.bytes[7] = static_cast<uint8_t>(x);
  const auto tail = random_();
  id.bytes[8] = static_cast<uint8_t>(0x80 | ((tail >> 56) & 0x3f));
  for (std::size_t i = 9; i < 16; ++i)
    id.bytes[i] = static_cast<uint8_t>(tail >> (8 * (15 - i)));
  last_ = id;
  return id;
}

} // namespace claw
