#include "actors/domain/ascii.hpp"

#include <algorithm>

namespace claw {

std::string in_lower_case(std::string_view text) {
  std::string result{text};
  for (char& c : result)
    c = in_lower_case(c);
  return result;
}

bool same_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return in_lower_case(x) == in_lower_case(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(ascii::blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(ascii::blanks) - first + 1);
}

} // namespace claw
