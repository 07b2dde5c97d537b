// However a text is cut, the stream shows what the whole shows, and holds back no more than it may.
#include "actors/domain/error.hpp"
#include "actors/domain/redaction.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const claw::redactor redact{{"T0ken/with+odd=", "password=a1b2c3"}};
  if (size == 0)
    return 0;
  const std::size_t piece_bytes = bytes[0] + std::size_t{1};
  const std::string_view text{reinterpret_cast<const char*>(bytes + 1), size - 1};
  claw::stream_redactor stream{redact};
  std::string shown;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    shown += stream.feed(text.substr(at, piece_bytes));
    CLAW_ASSERT(stream.held_back() <= claw::shape_bytes_max);
  }
  shown += stream.finish();
  CLAW_ASSERT(shown == redact.whole(text));
  return 0;
}
