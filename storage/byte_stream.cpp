#include "storage/byte_stream.hpp"

#include <utility>

namespace claw {

void byte_writer::number(uint64_t x) {
  while (x >= 0x80) {
    byte(static_cast<uint8_t>(x | 0x80));
    x >>= 7;
  }
  byte(static_cast<uint8_t>(x));
}

void byte_writer::signed_number(int64_t x) {
  number((static_cast<uint64_t>(x) << 1) ^ static_cast<uint64_t>(x >> 63));
}

void byte_writer::text(std::string_view x) {
  number(x.size());
  out_.append(x);
}

void byte_writer::optional_text(const std::optional<std::string>& x) {
  byte(x ? 1 : 0);
  if (x)
    text(*x);
}

void byte_writer::optional_number(const std::optional<int64_t>& x) {
  byte(x ? 1 : 0);
  if (x)
    signed_number(*x);
}

uint8_t byte_reader::byte() {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  const auto x = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return x;
}

uint64_t byte_reader::number() {
  uint64_t x = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto b = byte();
    if (shift == 63 && b > 1)
      break; // above 64 bits
    x |= static_cast<uint64_t>(b & 0x7f) << shift;
    if (b < 0x80)
      return x;
  }
  fail();
  return 0;
}

int64_t byte_reader::signed_number() {
  const auto x = number();
  return static_cast<int64_t>((x >> 1) ^ (~(x & 1) + 1));
}

std::string_view byte_reader::text() {
  return bytes(static_cast<std::size_t>(number()));
}

std::string_view byte_reader::bytes(std::size_t count) {
  if (count > rest_.size()) {
    fail();
    return {};
  }
  const auto x = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return x;
}

std::optional<std::string> byte_reader::optional_text() {
  if (number_up_to(1) == 0)
    return std::nullopt;
  return std::string{text()};
}

std::optional<int64_t> byte_reader::optional_number() {
  if (number_up_to(1) == 0)
    return std::nullopt;
  return signed_number();
}

uint64_t byte_reader::number_up_to(uint64_t max) {
  const auto x = number();
  if (x <= max)
    return x;
  fail();
  return 0;
}

void byte_reader::fail() {
  ok_ = false;
  rest_ = {};
}

} // namespace claw
