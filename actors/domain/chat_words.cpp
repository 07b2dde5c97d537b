#include "actors/domain/chat_words.hpp"

namespace claw {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

} // namespace

std::string_view without_outer_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string in_lower_case(std::string_view text) {
  std::string result{text};
  for (char& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view take_word(std::string_view& rest) {
  rest = without_outer_blanks(rest);
  const auto word = rest.substr(0, rest.find_first_of(blanks));
  rest = without_outer_blanks(rest.substr(word.size()));
  return word;
}

std::string_view take_quoted_word(std::string_view& rest) {
  rest = without_outer_blanks(rest);
  if (rest.empty() || rest.front() != '"')
    return take_word(rest);
  const auto inside = rest.substr(1);
  const auto end = inside.find('"');
  rest = end == std::string_view::npos ? std::string_view{}
                                       : without_outer_blanks(inside.substr(end + 1));
  return inside.substr(0, end);
}

} // namespace claw
