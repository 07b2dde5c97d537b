#include "net/answer_block.hpp"

#include <algorithm>

namespace claw {

std::string without_last_breaks(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  return text;
}

std::string block(const std::string& content, text_style style) {
  if (style == text_style::terminal)
    return without_last_breaks(content);
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : content) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "\n" + without_last_breaks(content) + "\n" + fence;
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

} // namespace claw
