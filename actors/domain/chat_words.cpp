#include "actors/domain/chat_words.hpp"

#include "actors/domain/ascii.hpp"

namespace claw {

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const auto word = rest.substr(0, rest.find_first_of(ascii::blanks));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

std::string_view take_quoted_word(std::string_view& rest) {
  rest = trimmed(rest);
  if (rest.empty() || rest.front() != '"')
    return take_word(rest);
  const auto inside = rest.substr(1);
  const auto end = inside.find('"');
  rest = end == std::string_view::npos ? std::string_view{} : trimmed(inside.substr(end + 1));
  return inside.substr(0, end);
}

} // namespace claw
