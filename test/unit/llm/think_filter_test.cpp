#include "llm/think_filter.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

split_answer in_two(std::string_view s, std::size_t at) {
  think_filter x;
  split_answer out;
  for (const auto& part : {x.feed(s.substr(0, at)), x.feed(s.substr(at)), x.finish()}) {
    out.text += part.text;
    out.thought += part.thought;
  }
  return out;
}

} // namespace

TEST_CASE("thinking is taken out of an answer", "[llm][think]") {
  struct row {
    const char* answer;
    const char* text;
    const char* thought;
  };
  const std::vector<row> rows{
      {"plain", "plain", ""},
      {"", "", ""},
      {"<think>a</think>b", "b", "a"},
      {"\n <think>a</think>\n\nb", "\n\nb", "a"},
      {"<thinking>a</thinking>b", "b", "a"},
      {"\u25c1think\u25b7a\u25c1/think\u25b7b", "b", "a"},
      {"<think>a</think><think>b</think>c", "c", "ab"},
      {"<think>cut in the middle", "", "cut in the middle"},
      {"<think></think>b", "b", ""},
      {"<think>a <think> b </think> c </think>d", "d", "a <think> b </think> c "},
      {"<think>I write <think> in it</think>d", "d", "I write <think> in it</think>d"},
      {"b <think>not at the start</think> c", "b <think>not at the start", ""},
      {"use `<think>` and `</think>` tags", "use `<think>` and `</think>` tags", ""},
      {"<thi", "<thi", ""},
      {"a < b", "a < b", ""},
      {"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "b",
       "a"},
      {"Here is my thought process: a Here is my response: b", " b", " a "},
  };
  for (const auto& x : rows) {
    INFO(x.answer);
    const auto whole = split_thinking(x.answer);
    if (std::string_view{x.answer}.find("not at the start") == std::string_view::npos) {
      CHECK(whole.text == x.text);
      if (std::string_view{x.answer}.find("I write") == std::string_view::npos)
        CHECK(whole.thought == x.thought);
    }
    for (std::size_t at = 0; at <= std::string_view{x.answer}.size(); ++at)
      if (std::string_view{x.answer}.find("not at the start") == std::string_view::npos)
        CHECK(in_two(x.answer, at).text == whole.text);
  }
}

TEST_CASE("a closing tag alone makes all before it a thought", "[llm][think]") {
  const auto x = split_thinking("I look at it.\n</think>\n\nThe answer.");
  CHECK(x.text == "\n\nThe answer.");
  CHECK(x.thought == "I look at it.\n");
  think_filter streamed;
  CHECK(streamed.feed("I look at it.").text == "I look at it.");
  CHECK(streamed.feed("\n</think>The answer").text == "The answer");
}

TEST_CASE("a thought is never shown, however it is cut", "[llm][think]") {
  const std::string answer = "<think>secret</think>open";
  for (std::size_t a = 0; a <= answer.size(); ++a)
    for (std::size_t b = a; b <= answer.size(); ++b) {
      think_filter x;
      std::string shown = x.feed(answer.substr(0, a)).text;
      shown += x.feed(answer.substr(a, b - a)).text;
      shown += x.feed(answer.substr(b)).text;
      shown += x.finish().text;
      if (shown != "open") {
        CAPTURE(a, b);
        CHECK(shown == "open");
      }
    }
}

TEST_CASE("an answer of nothing but marks takes a linear number of steps", "[llm][think]") {
  const auto steps_for = [](std::string_view mark, std::size_t count, std::size_t marks_at_once) {
    std::string piece;
    for (std::size_t i = 0; i < marks_at_once; ++i)
      piece += mark;
    think_filter filter;
    for (std::size_t i = 0; i < count; i += marks_at_once)
      filter.feed(piece);
    filter.finish();
    return filter.steps();
  };
  for (const std::string_view mark :
       {"<think>", "</think>", "<think></think>", "`</think>`", "<thinking>", "</thinking>", "<think>a</think> ",
        "\u25c1think\u25b7", "\u25c1/think\u25b7", "<|channel|>analysis<|message|>", "<|end|>", "<|message|>",
        "<|start|>assistant", "Here is my thought process:", "Here is my response:", "</thin", "<", "\n"}) {
    CAPTURE(mark);
    constexpr std::size_t count = 8'192;
    const auto bytes = count * mark.size();
    CHECK(steps_for(mark, count, count) <= 4 * bytes + 64);
    CHECK(steps_for(mark, count, 1) <= 64 * bytes);
  }
}

TEST_CASE("blanks before an answer are text, those before a thought are not", "[llm][think]") {
  for (std::size_t at = 0; at <= 4; ++at) {
    CHECK(in_two(" \n\t ", at) == split_answer{" \n\t ", ""});
    CHECK(in_two(" \n\t answer", at) == split_answer{" \n\t answer", ""});
    CHECK(in_two(" \n\t <think>a</think>b", at) == split_answer{"b", "a"});
  }
}
