// Any bytes, cut anywhere: the same events come out as from one piece.
#include "actors/domain/error.hpp"
#include "llm/sse_parser.hpp"

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
