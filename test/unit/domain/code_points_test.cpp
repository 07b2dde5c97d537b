#include "actors/domain/code_points.hpp"
#include "test/support/catch.hpp"

#include <string>

using namespace claw;

TEST_CASE("code points are read from UTF-8, and from nothing else", "[code_points]") {
  CHECK(next_code_point("a").value == 'a');
  CHECK(next_code_point("\xc2\x9b more").value == 0x9b);
  CHECK(next_code_point("\xe2\x80\xae").value == 0x202e);
  CHECK(next_code_point("\xf0\x9f\x98\x80").value == 0x1f600);
  for (const std::string text : {"\x9b", "\xc2", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
    CHECK(next_code_point(text).bytes == 0);
}

TEST_CASE("controls, direction marks and what cannot be seen act on a terminal; letters do not", "[code_points]") {
  for (const uint32_t c : {0x1bu, 0x7fu, 0x9bu, 0x200bu, 0x202eu, 0x2066u, 0xfeffu})
    CHECK(acts_on_terminal(c));
  for (const uint32_t c : {0x20u, 0x41u, 0xa0u, 0xfcu, 0x4e2du, 0x1f600u})
    CHECK_FALSE(acts_on_terminal(c));
}

TEST_CASE("a last character that is not whole waits for its end", "[code_points]") {
  const std::string text = "a\xf0\x9f\x98\x80";
  CHECK(whole_characters("") == 0);
  CHECK(whole_characters(text) == text.size());
  for (std::size_t cut = 1; cut < text.size(); ++cut)
    CHECK(whole_characters(text.substr(0, cut)) == 1);
  CHECK(whole_characters("\x80\x80\x80\x80") == 4); // no character at all: nothing to wait for
  CHECK(whole_characters("a\xff") == 2);
}
