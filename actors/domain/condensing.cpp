#include "actors/domain/condensing.hpp"

#include "actors/domain/shorten.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t digest_bytes = 336; // enough for both lines of the fence and the marker

bool shorten_to(std::string& content, std::size_t bytes) {
  if (content.size() <= bytes)
    return false;
  content = shortened(content, bytes).text;
  return true;
}

} // namespace

bool condense(std::vector<chat_message>& messages, std::size_t newest_bytes) {
  const auto newest = std::find_if(messages.rbegin(), messages.rend(), [](const chat_message& m) {
    return m.role == message_role::assistant && !m.calls.empty();
  });
  const auto newest_at = static_cast<std::size_t>(messages.rend() - newest);
  bool shorter = false;
  for (std::size_t i = 0; i < messages.size(); ++i)
    if (messages[i].role == message_role::tool)
      shorter |= shorten_to(messages[i].content, i < newest_at ? digest_bytes : newest_bytes);
  return shorter;
}

} // namespace claw
