#include "llm/sse_parser.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

#include <filesystem>

using namespace claw;
using namespace claw::test;

namespace {

std::vector<sse_event> parsed(std::initializer_list<std::string_view> pieces) {
  sse_parser parser;
  std::vector<sse_event> out;
  for (const auto x : pieces)
    parser.feed(x, out);
  return out;
}

/// The names of all recorded streams.
std::vector<std::string> recorded_streams() {
  std::vector<std::string> out;
  for (const auto& x : std::filesystem::directory_iterator{recordings()}) {
    const auto name = x.path().filename().string();
    if (name.find(".response.http") != std::string::npos
        && recorded(name).find("text/event-stream") != std::string::npos)
      out.push_back(name);
  }
  return out;
}

/// Where a cut could do harm: in a line's end, in the name of a field or the blank behind it, in a character. One event
/// after the other looks the same, so the first few thousand bytes stand for all.
std::vector<std::size_t> meaningful_splits(std::string_view body) {
  constexpr std::size_t field_bytes = 8; // "event: " and one more
  constexpr std::size_t splits_max = 600;
  std::vector<std::size_t> out;
  std::size_t line = 0;
  for (std::size_t at = 1; at < body.size() && out.size() < splits_max; ++at) {
    const bool line_end = body[at] == '\r' || body[at] == '\n' || body[at - 1] == '\r';
    const bool in_character = (static_cast<unsigned char>(body[at]) & 0x80) != 0;
    if (line_end || in_character || at - line <= field_bytes)
      out.push_back(at);
    if (body[at] == '\n')
      line = at + 1;
  }
  return out;
}

} // namespace

TEST_CASE("events end at blank lines, whatever ends a line", "[llm][sse]") {
  const std::vector<sse_event> two{{"", "a"}, {"", "b"}};
  CHECK(parsed({"data: a\n\ndata: b\n\n"}) == two);
  CHECK(parsed({"data: a\r\n\r\ndata: b\r\n\r\n"}) == two);
  CHECK(parsed({"data: a\r\rdata: b\r\r"}) == two);
  CHECK(parsed({"data: a\r", "\n\r", "\ndata: b\r\n", "\r\n"}) == two);
}

TEST_CASE("fields are read as the standard says", "[llm][sse]") {
  CHECK(parsed({"\xEF\xBB\xBF"
                "data: x\n\n"})
        == std::vector<sse_event>{{"", "x"}});
  CHECK(parsed({"data:x\n\n"}) == std::vector<sse_event>{{"", "x"}});
  CHECK(parsed({"data:  x\n\n"}) == std::vector<sse_event>{{"", " x"}});
  CHECK(parsed({"data: a\ndata: b\ndata\n\n"}) == std::vector<sse_event>{{"", "a\nb\n"}});
  CHECK(parsed({"event: error\nid: 7\nretry: 10\nother: y\ndata: z\n\n"})
        == std::vector<sse_event>{{"error", "z"}});
  CHECK(parsed({": ping\n\n:\n\n"}).empty());
  CHECK(parsed({"event: only a name\n\n"}).empty());
  CHECK(parsed({"data: not yet ended\n"}).empty());
}

TEST_CASE("comments are no events", "[llm][sse]") {
  sse_parser parser;
  std::vector<sse_event> out;
  parser.feed(recorded_body("a3-sse-ping-during-prefill.response.http"), out);
  CHECK(out.empty());
}

TEST_CASE("an event without end stops the parser instead of filling the memory", "[llm][sse]") {
  sse_parser parser{1'000};
  std::vector<sse_event> out;
  for (int i = 0; i < 100; ++i)
    parser.feed("data: " + std::string(20, 'x'), out);
  CHECK(parser.overflowed());
  CHECK(out.empty());
}

TEST_CASE("the last event counts without its blank line", "[llm][sse]") {
  sse_parser parser;
  std::vector<sse_event> out;
  parser.feed("data: [DONE]", out);
  CHECK(out.empty());
  parser.finish(out);
  CHECK(out == std::vector<sse_event>{{"", "[DONE]"}});
}

TEST_CASE("every recorded stream gives the same events at every split", "[llm][sse][golden]") {
  const auto names = recorded_streams();
  REQUIRE(names.size() >= 10);
  for (const auto& name : names) {
    INFO(name);
    const auto body = recorded_body(name);
    const auto whole = parsed({body});
    const auto splits = meaningful_splits(body);
    REQUIRE(splits.size() > 20);
    // Behind the split's event there is nothing left to go wrong: the start of the stream is enough.
    const auto start = std::string_view{body}.substr(0, splits.back() + 200);
    const auto first = parsed({start});
    for (const auto at : splits)
      if (parsed({start.substr(0, at), start.substr(at)}) != first)
        FAIL("another meaning when cut at byte " << at);
    sse_parser bytewise;
    std::vector<sse_event> out;
    for (const char c : body)
      bytewise.feed({&c, 1}, out);
    CHECK(out == whole);
  }
}
