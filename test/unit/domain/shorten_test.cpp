#include "actors/domain/shorten.hpp"
#include "test/support/catch.hpp"

#include <string>

using namespace claw;

namespace {

std::string numbered_lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += "line " + std::to_string(i) + " \u00e4\n";
  return text;
}

} // namespace

TEST_CASE("a text that fits stays as it is", "[shorten]") {
  const auto text = numbered_lines(20);
  CHECK(shortened(text, text.size()).text == text);
  CHECK_FALSE(shortened(text, text.size()).cut);
  CHECK(one_line("short", 5) == "short");
}

TEST_CASE("long texts keep head and tail and say what is missing", "[shorten]") {
  const auto x = shortened(numbered_lines(530), 1'000);
  CHECK(x.cut);
  CHECK(x.text.starts_with("line 1 \u00e4\n"));
  CHECK(x.text.ends_with("line 530 \u00e4\n"));
  CHECK(x.text.find(" of 530 lines omitted; use start_line/end_line]\nline ") != std::string::npos);
  const auto one_long = shortened(std::string(3'000, 'x'), 200).text;
  CHECK(one_long.find(" of 3000 bytes omitted; ask for less at a time]\nx") != std::string::npos);
}

TEST_CASE("no limit is passed, however small", "[shorten]") {
  const auto lines = numbered_lines(530);
  for (std::size_t limit = 0; limit < 3'000; limit += 37) {
    CHECK(shortened(lines, limit).text.size() <= limit);
    CHECK(shortened(std::string(10'000, 'x'), limit).text.size() <= limit);
  }
}

TEST_CASE("no cut splits a character", "[shorten]") {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "\xf0\x9f\xa6\x80"; // a crab, four bytes
  for (std::size_t limit = 140; limit < 160; ++limit) {
    const auto x = shortened(text, limit).text;
    const auto head = x.substr(0, x.find("\n["));
    const auto tail = x.substr(x.find("]\n") + 2);
    CHECK(head.size() % 4 == 0);
    CHECK(tail.size() % 4 == 0);
    CHECK(shortened(text, limit - 100).text.size() % 4 == 0);
    CHECK((one_line(text, limit).size() - 3) % 4 == 0);
  }
}
