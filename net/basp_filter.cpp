#include "net/basp_filter.hpp"

namespace claw {

namespace {

// Message types of BASP.
constexpr uint8_t client_handshake = 1;
constexpr uint8_t direct_message = 2;
constexpr uint8_t heartbeat_message = 6;

constexpr uint8_t named_receiver = 1; ///< flag: the receiver is the name of a registered actor

constexpr std::size_t frame_bytes_max = 4'096;
constexpr std::size_t dropped_max = 64;
constexpr std::size_t length_bytes_max = 2; ///< of a text in a question

uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  uint64_t x = 0;
  for (std::size_t i = 0; i < count; ++i)
    x = x << 8 | static_cast<uint8_t>(bytes[at + i]);
  return x;
}

std::string big_endian(uint64_t x, std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[count - 1 - i] = static_cast<char>(x >> (8 * i) & 0xff);
  return bytes;
}

struct basp_header {
  uint8_t type = 0;
  uint8_t flags = 0;
  uint64_t payload_bytes = 0;
  uint64_t data = 0; ///< of a message: its id
  uint64_t from = 0;
  uint64_t to = 0;
};

basp_header header_of(std::string_view bytes) {
  CLAW_ASSERT(bytes.size() == basp_filter::header_bytes);
  return {static_cast<uint8_t>(bytes[0]), static_cast<uint8_t>(bytes[3]), number_at(bytes, 4, 4),
          number_at(bytes, 8, 8),         number_at(bytes, 16, 8),        number_at(bytes, 24, 8)};
}

/// Without flags.
std::string frame(const basp_header& x, std::string_view payload) {
  std::string bytes{static_cast<char>(x.type), '\0', '\0', '\0'};
  bytes += big_endian(payload.size(), 4) + big_endian(x.data, 8) + big_endian(x.from, 8) + big_endian(x.to, 8);
  bytes += payload;
  return bytes;
}

} // namespace

outcome<std::size_t> basp_filter::payload_bytes(std::string_view header) const {
  const auto x = header_of(header);
  if (x.payload_bytes > frame_bytes_max)
    return failure{ec::refused, "a frame of " + std::to_string(x.payload_bytes) + " bytes"};
  if (x.type == 0 || x.type > heartbeat_message)
    return failure{ec::refused, "a frame that no inspector sends"};
  if (!greeted_ && x.type != client_handshake)
    return failure{ec::refused, "a frame before the greeting"};
  return static_cast<std::size_t>(x.payload_bytes);
}

outcome<std::string> basp_filter::pass(std::string_view header, std::string_view payload) {
  const auto x = header_of(header);
  if (x.type == client_handshake && !greeted_) {
    greeted_ = true;
    return frame({client_handshake, 0, 0, 0, 0, 0}, greeting_);
  }
  if (x.type == heartbeat_message && payload.empty())
    return frame({heartbeat_message, 0, 0, 0, 0, 0}, "");
  const bool asks = x.type == direct_message && (x.flags & named_receiver) == 0 && x.to == rules_.receiver;
  if (asks && is_question(payload))
    return frame({direct_message, 0, 0, x.data, x.from, x.to}, payload);
  // CAF itself greets twice, asks for a server to spawn on, and watches what it talks to. None of it is needed.
  if (++dropped_ > dropped_max)
    return failure{ec::refused, "too many frames that are not for inspection"};
  return std::string{};
}

bool basp_filter::is_question(std::string_view payload) const {
  if (!payload.starts_with(rules_.question_head))
    return false;
  payload.remove_prefix(rules_.question_head.size());
  std::size_t length = 0; // seven bits a byte, the lowest first; the highest bit says that more follow
  for (std::size_t i = 0; i < length_bytes_max && !payload.empty(); ++i) {
    const auto byte = static_cast<uint8_t>(payload.front());
    payload.remove_prefix(1);
    length |= static_cast<std::size_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0)
      return length == payload.size() && length <= rules_.question_bytes_max;
  }
  return false;
}

std::string question_head_of(std::string payload_with_empty_text) {
  CLAW_ASSERT(!payload_with_empty_text.empty() && payload_with_empty_text.back() == '\0');
  payload_with_empty_text.pop_back();
  return payload_with_empty_text;
}

} // namespace claw
