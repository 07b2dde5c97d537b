#include "actors/domain/line_prefix.hpp"

#include "actors/domain/ascii.hpp"

#include <utility>

namespace claw {

bool line_prefix::step(char c) {
  const auto was = std::exchange(at_, after(c));
  switch (was) {
  case place::line_start:
    return c == '+' || c == '-';
  case place::colon:
  case place::line_number:
    if (is_digit(c))
      at_ = place::line_number;
    return was == place::line_number && c == ':';
  case place::blank:
  case place::blame_number:
    if (is_digit(c))
      at_ = place::blame_number;
    else if (was == place::blame_number && c == ')')
      at_ = place::blame_end;
    return false;
  case place::at_sign:
    if (c == '@')
      at_ = place::at_signs;
    return false;
  case place::blame_end:
  case place::at_signs:
    return c == ' ';
  case place::other:
    return false;
  }
  return false;
}

/// Where a byte leads that goes on with nothing.
line_prefix::place line_prefix::after(char c) {
  switch (c) {
  case '\n':
  case '\r':
    return place::line_start;
  case ':':
    return place::colon;
  case ' ':
    return place::blank;
  case '@':
    return place::at_sign;
  default:
    return place::other;
  }
}

} // namespace claw
