#pragma once
// Letters, digits and blanks of ASCII, whatever the locale. The C library's functions of these kinds ask the locale and
// are undefined for half of all chars.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

namespace ascii {

enum kind : uint8_t { digit = 1, upper = 2, lower = 4 };

constexpr std::array<uint8_t, 256> make_kinds() {
  std::array<uint8_t, 256> kinds{};
  for (std::size_t c = '0'; c <= '9'; ++c)
    kinds[c] = digit;
  for (std::size_t c = 'A'; c <= 'Z'; ++c)
    kinds[c] = upper;
  for (std::size_t c = 'a'; c <= 'z'; ++c)
    kinds[c] = lower;
  return kinds;
}

/// Read for every byte of every text that is redacted: a look-up each, also where nothing is inlined.
inline constexpr std::array<uint8_t, 256> kinds = make_kinds();

inline constexpr std::string_view blanks = " \t\r\n\f\v";

} // namespace ascii

inline bool is_digit(char c) {
  return ascii::kinds[static_cast<unsigned char>(c)] == ascii::digit;
}
inline bool is_upper(char c) {
  return ascii::kinds[static_cast<unsigned char>(c)] == ascii::upper;
}
inline bool is_letter(char c) {
  return ascii::kinds[static_cast<unsigned char>(c)] > ascii::digit;
}
inline bool is_alnum(char c) {
  return ascii::kinds[static_cast<unsigned char>(c)] != 0;
}
inline char in_lower_case(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string in_lower_case(std::string_view text);

/// True when the texts differ in upper and lower case at most.
bool same_in_any_case(std::string_view a, std::string_view b);

/// Without blanks and line breaks at both ends.
std::string_view trimmed(std::string_view text);

} // namespace claw
