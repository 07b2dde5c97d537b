// Any bytes, cut anywhere: the same events come out as from one piece.
#include "actors/domain/error.hpp"
#include "llm/sse_parser.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({"\x02"
            "event: a\nid: 1\ndata: x\ndata: y\n\ndata: [DONE]\r\n\r\n",
            "\x01: keep-alive\r\rdata:z\r\n\n",
            "\x03\xef\xbb\xbf"
            "data\nretry: 10\n\n"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view all{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::size_t step = bytes[0] % 7 + 1u;
  std::vector<claw::sse_event> whole, pieces;
  claw::sse_parser at_once, in_pieces;
  at_once.feed(all, whole);
  for (std::size_t at = 0; at < all.size(); at += step)
    in_pieces.feed(all.substr(at, step), pieces);
  at_once.finish(whole);
  in_pieces.finish(pieces);
  CLAW_ASSERT(whole == pieces);
  return 0;
}
