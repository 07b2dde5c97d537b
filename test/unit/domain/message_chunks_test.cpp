#include "actors/domain/ascii.hpp"
#include "actors/domain/code_fence.hpp"
#include "actors/domain/message_chunks.hpp"
#include "actors/domain/utf8_text.hpp"
#include "test/support/catch.hpp"

#include <random>

using namespace claw;

namespace {

std::string joined(const std::vector<message_chunk>& chunks) {
  std::string text;
  for (const auto& x : chunks)
    text += x.own();
  return text;
}

code_fence fence_at_end(const std::string& text) {
  code_fence fence;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    fence = fence_after(fence, line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return fence;
}

std::string random_text(std::mt19937& random) {
  const char* pieces[] = {
      "word ",   "word ",     "\n",       "\n\n",  "```\n", "```cpp\n",    "~~~\n",
      "  ```\n", "> ```py\n", "- item\n", "é",     "😀",     "👩‍💻", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "`x`",     "x ``` y",   "\t",       "````\n"};
  std::string text;
  for (auto n = random() % 400; n > 0; --n) {
    const auto* piece = pieces[random() % std::size(pieces)];
    for (auto times = random() % 20 == 0 ? random() % 60 : 1; times > 0; --times)
      text += piece;
  }
  return text;
}

} // namespace

TEST_CASE("chunks are short enough, closed, and together the text", "[chunks]") {
  std::mt19937 random{7};
  for (int round = 0; round < 600; ++round) {
    const auto text = random_text(random);
    const auto chunks = message_chunks(text, 400);
    CAPTURE(round);
    for (const auto& x : chunks) {
      CHECK(utf16_units(x.text) <= 400);
      CHECK(valid_utf8(x.text) == x.text);
      CHECK_FALSE(fence_at_end(x.text).open());
      CHECK_FALSE(trimmed(x.own()).empty());
    }
    // Chunks of blanks and fences alone are left out; all the words are there, in order.
    const auto words_of = [](const std::string& all) {
      std::string words;
      for (const char c : all)
        if (std::string_view{" \t\n`~>"}.find(c) == std::string_view::npos)
          words += c;
      return words;
    };
    CHECK(words_of(joined(chunks)) == words_of(text));
  }
}

TEST_CASE("a text that fits is one chunk as it is", "[chunks]") {
  const std::string text = "Hello\n```cpp\nint x;\n```\nbye";
  const auto chunks = message_chunks(text);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].text == text);
}

TEST_CASE("a long block of code is closed and opened again with its language", "[chunks]") {
  std::string text = "Look:\n```cpp\n";
  for (int i = 0; i < 300; ++i)
    text += "int x" + std::to_string(i) + " = 0;\n";
  text += "```\nDone.";
  const auto chunks = message_chunks(text);
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].text.ends_with("\n```"));
  CHECK(chunks[1].text.starts_with("```cpp\nint x"));
  CHECK(chunks[2].text.ends_with("```\nDone."));
  CHECK(joined(chunks) == text);
}

TEST_CASE("characters are not cut, whatever they are counted in", "[chunks]") {
  std::string text;
  for (int i = 0; i < 1'001; ++i)
    text += "😀";
  const auto chunks = message_chunks(text);
  REQUIRE(chunks.size() == 2);
  CHECK(utf16_units(chunks[0].text) == 2'000);
  CHECK(joined(chunks) == text);
  CHECK(message_chunks("   \n\n").empty());
  CHECK(message_chunks("```\n```").empty());
}

TEST_CASE("broken UTF-8 is mended before it is counted", "[chunks]") {
  CHECK(valid_utf8("a\xff"
                   "b")
        == "a\xef\xbf\xbd"
           "b");
  CHECK(valid_utf8("\xed\xa0\x80").find('\xed') == std::string::npos);
  CHECK(valid_utf8("😀") == "😀");
  CHECK(clipped("hello", 4) == "hel…");
}
