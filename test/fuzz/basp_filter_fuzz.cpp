// Any frames of a peer with the right certificate: what gets to CAF is a greeting in our words, a sign of life, or a
// question of bounded length to the one actor; nothing else, and nothing longer than it says.
#include "net/basp_filter.hpp"
#include "test/fuzz/seeded.hpp"

#include <string>
#include <string_view>

namespace {

constexpr uint64_t receiver = 7;
constexpr std::size_t question_bytes_max = 1'024;
const std::string head = "\x01head"; // how the payload of a question begins
const std::string greeting = "our words";

uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  uint64_t x = 0;
  for (const auto byte : bytes.substr(at, count))
    x = x << 8 | static_cast<uint8_t>(byte);
  return x;
}

void check_passed(std::string_view frame, bool& greeted) {
  constexpr auto header = claw::basp_filter::header_bytes;
  CLAW_ASSERT(frame.size() >= header);
  const auto payload = frame.substr(header);
  CLAW_ASSERT(number_at(frame, 4, 4) == payload.size());
  CLAW_ASSERT(number_at(frame, 1, 3) == 0); // no flags: no receiver by name
  switch (frame[0]) {
  case 1:
    CLAW_ASSERT(!greeted && payload == greeting);
    greeted = true;
    return;
  case 2:
    CLAW_ASSERT(greeted && number_at(frame, 24, 8) == receiver);
    CLAW_ASSERT(payload.starts_with(head) && payload.size() <= head.size() + 2 + question_bytes_max);
    return;
  default:
    CLAW_ASSERT(frame[0] == 6 && greeted && payload.empty());
  }
}

std::string frame(char type, uint8_t to, const std::string& payload) {
  std::string bytes(claw::basp_filter::header_bytes, '\0');
  bytes[0] = type;
  bytes[7] = static_cast<char>(payload.size());
  bytes[31] = static_cast<char>(to);
  return bytes + payload;
}

} // namespace

FUZZ_SEEDS({frame(1, 0, "who I am") + frame(6, 0, "") + frame(2, receiver, head + "\x03" + "ask"),
            frame(1, 0, "") + frame(2, receiver, head + "\x80\x01" + std::string(128, 'x'))
                + frame(2, 8, head + "\x01" + "x")})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(bytes), size};
  claw::basp_filter filter{{receiver, head, question_bytes_max}, greeting};
  bool greeted = false;
  while (rest.size() >= claw::basp_filter::header_bytes) {
    const auto header = rest.substr(0, claw::basp_filter::header_bytes);
    const auto count = filter.payload_bytes(header);
    if (!count || header.size() + *count > rest.size())
      return 0;
    const auto passed = filter.pass(header, rest.substr(header.size(), *count));
    if (!passed)
      return 0;
    if (!passed->empty())
      check_passed(*passed, greeted);
    rest.remove_prefix(header.size() + *count);
  }
  return 0;
}
