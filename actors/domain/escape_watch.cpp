#include "actors/domain/escape_watch.hpp"

#include "actors/domain/ascii.hpp"

namespace claw {

namespace {

constexpr char escape_byte = '\x1b';

/// @returns 16 for what is no digit
uint32_t digit_value(char c) {
  if (is_digit(c))
    return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<uint32_t>(c - 'a' + 10);
  return c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10) : 16;
}

} // namespace

char escape_watch::step(char c) {
  inside_ = true;
  switch (at_) {
  case place::backslash:
    return behind_backslash(c);
  case place::hex:
  case place::octal:
    if (digit_value(c) < (at_ == place::hex ? 16U : 8U))
      return digit(c);
    break;
  case place::escape:
    if (c == '[')
      return begin(place::colour, 0, c);
    break;
  case place::colour:
    if (is_digit(c) || c == ';')
      return c;
    at_ = place::outside;
    return is_letter(c) ? ' ' : c;
  case place::outside:
    break;
  }
  if (c == '\\')
    return begin(place::backslash, 0, c);
  if (c == '%')
    return begin(place::hex, 2, c);
  if (c == escape_byte)
    return begin(place::escape, 0, c);
  at_ = place::outside;
  inside_ = false;
  return c;
}

char escape_watch::begin(place where, uint8_t digits, char c) {
  at_ = where;
  left_ = digits;
  value_ = 0;
  return c;
}

char escape_watch::behind_backslash(char c) {
  if (c == '\\') // escaped twice: it stays behind a backslash
    return c;
  if (c == 'u')
    return begin(place::hex, 4, c);
  if (c == 'U')
    return begin(place::hex, 8, c);
  if (c == 'x')
    return begin(place::hex, 2, c);
  if (digit_value(c) < 8) {
    begin(place::octal, 3, c);
    return digit(c);
  }
  at_ = c == 'e' ? place::escape : place::outside;
  if (c == 'n' || c == 'r')
    return '\n';
  return is_letter(c) ? ' ' : c;
}

char escape_watch::digit(char c) {
  const bool octal = at_ == place::octal;
  value_ = value_ * (octal ? 8 : 16) + digit_value(c);
  --left_;
  if (left_ > 0)
    return octal ? ' ' : c; // an octal one may end at any digit
  return decoded();
}

char escape_watch::decoded() {
  const auto value = value_;
  at_ = value == static_cast<uint32_t>(escape_byte) ? place::escape : place::outside;
  if (value == '%') // escaped twice
    begin(place::hex, 2, ' ');
  if (value == '\\')
    at_ = place::backslash;
  if (value == '\n' || value == '\r')
    return '\n';
  return value == '?' || value == '&' ? static_cast<char>(value) : ' ';
}

} // namespace claw
