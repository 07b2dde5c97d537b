// However a text is cut, the stream shows what the whole shows, and holds back no more than it may.
#include "actors/domain/error.hpp"
#include "actors/domain/redaction.hpp"
#include "test/fuzz/seeded.hpp"

// The first byte says how long the pieces are. No whole credential stands in here, for scanners of other people.
FUZZ_SEEDS({"\x03T0ken/with\u200b+odd= and pass\u00adword=a1b2c3d4",
            "\x01sk-" + std::string(24, 'a') + "\u2060b\xe2\x80",
            "\x05gh" + std::string{"p_"} + std::string(36, 'Q') + "\u200bx \x1b[0mtoken: \"abc\ndef\"",
            "\x10-----BEGIN PRIVATE" + std::string{" KEY-----\nabc\u200b\n-----END PRIVATE KEY-----\n"},
            "\x02https://user:pass\u200dword@host/ -u me:secret VDBrZW4vd2l0aCtvZGQ9 T0ken%2Fwith%2Bodd%3D",
            "\x07"
            "export A_KEY='"
                + std::string(80, 'k') + "'\n+ 12345678:AAF" + std::string(32, 'z')})

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
