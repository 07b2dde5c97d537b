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
  for (const auto& x :
       std::filesystem::directory_iterator{CLAW_SOURCE_DIR "/test/data/llm_captures"}) {
    const auto name = x.path().filename().string();
    if (name.find(".response.http") != std::string::npos
        && recorded(name).find("text/event-stream") != std::string::npos)
      out.push_back(name);
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

TEST_CASE("comments are counted apart from events", "[llm][sse]") {
  sse_parser parser;
  std::vector<sse_event> out;
  parser.feed(recorded_body("a3-sse-ping-during-prefill.response.http"), out);
  CHECK(out.empty());
  CHECK(parser.comments() > 50);
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
    const auto body = recorded_body(name).substr(0, 6'000); // the splits are quadratic
    const auto whole = parsed({body});
    bool same = true;
    for (std::size_t at = 1; at < body.size(); ++at)
      same = same
             && parsed({std::string_view{body}.substr(0, at), std::string_view{body}.substr(at)})
                    == whole;
    CHECK(same);
    sse_parser bytewise;
    std::vector<sse_event> out;
    for (const char c : body)
      bytewise.feed({&c, 1}, out);
    CHECK(out == whole);
  }
}
