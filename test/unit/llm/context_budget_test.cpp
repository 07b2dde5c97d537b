#include "llm/context_budget.hpp"
#include "llm/result_digest.hpp"
#include "test/support/catch.hpp"

#include <random>

using namespace claw;

namespace {

using role = message_role;

/// A conversation of `steps` steps with results of about `bytes` bytes.
std::vector<chat_message> conversation(int steps, std::size_t bytes) {
  std::vector<chat_message> out{{role::system, "You help.", {}, {}},
                                {role::user, "the question", {}, {}}};
  for (int i = 0; i < steps; ++i) {
    chat_message step{role::assistant, "", {}, {}};
    for (int k = 0; k < 2; ++k)
      step.calls.push_back({std::string("call") + char('a' + i) + char('a' + k) + "xyz",
                            "repo_grep", R"({"query":"foo"})", false});
    out.push_back(step);
    for (const auto& call : step.calls) {
      std::string text = call.id + "\n";
      while (text.size() < bytes)
        text += "src/a.cpp:12: some line of text\n";
      out.push_back({role::tool, text, {}, call.id});
    }
  }
  return out;
}

bool is_paired(const std::vector<chat_message>& x) {
  std::size_t results = 0, calls = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    results += x[i].role == role::tool ? 1 : 0;
    calls += x[i].calls.size();
    for (std::size_t k = 0; k < x[i].calls.size(); ++k)
      if (i + 1 + k >= x.size() || x[i + 1 + k].call_id != x[i].calls[k].id)
        return false;
  }
  return results == calls;
}

} // namespace

TEST_CASE("tokens are estimated by the kind of text", "[llm][budget]") {
  CHECK(estimate_text(std::string(320, 'x'), text_kind::code) == Approx(100));
  CHECK(estimate_text(std::string(400, 'x'), text_kind::prose) == Approx(100));
  CHECK(estimate_text("\u6f22\u5b57\U0001F600", text_kind::prose) == Approx(3));
}

TEST_CASE("estimates follow what the server counts, within limits", "[llm][budget]") {
  token_calibration x;
  CHECK(x.ratio() == Approx(1));
  x.learn(100, 150);
  CHECK(x.ratio() == Approx(1.5));
  x.learn(100, 100);
  CHECK(x.ratio() == Approx(1.35));
  for (int i = 0; i < 50; ++i)
    x.learn(100, 100'000);
  CHECK(x.ratio() <= 2.5);
  for (int i = 0; i < 50; ++i)
    x.learn(100, 1);
  CHECK(x.ratio() >= 0.5);
  x.learn(0, 5);
  x.learn(100, 0);
  CHECK(x.ratio() >= 0.5);
}

TEST_CASE("an answer never takes more than a third, nor what the prompt needs", "[llm][budget]") {
  CHECK(clamped_answer_tokens(4096, 128'000, 1'000) == 4096);
  CHECK(clamped_answer_tokens(4096, 8'192, 1'000) == 8'192 / 3);
  CHECK(clamped_answer_tokens(4096, 8'192, 7'000) == 8'192 - 7'000 - 64);
  CHECK(clamped_answer_tokens(4096, 8'192, 9'000) == 16);
  CHECK(input_budget(8'192, 4'096) == 8'192 - 8'192 / 3 - 256);
  CHECK(input_budget(600, 4'096) == 300);
}

TEST_CASE("a conversation that fits is left alone", "[llm][budget]") {
  const auto x = conversation(2, 300);
  const auto out = condense(x, 0, 100'000, 1);
  CHECK(out.messages == x);
  CHECK_FALSE(out.changed);
  CHECK(out.fits);
}

TEST_CASE("a condensed conversation fits, keeps its pairs, its question and its last step",
          "[llm][budget]") {
  std::mt19937 random{7};
  for (int round = 0; round < 60; ++round) {
    const int steps = 1 + static_cast<int>(random() % 7);
    const auto x = conversation(steps, 200 + random() % 6'000);
    const auto budget = 700 + static_cast<uint32_t>(random() % 4'000);
    const auto out = condense(x, 100, budget, 1.2);
    CAPTURE(round, steps, budget);
    CHECK(is_paired(out.messages));
    CHECK(out.messages[0] == x[0]);
    CHECK(out.messages[1] == x[1]);
    CHECK(out.messages[out.messages.size() - 3].calls == x[x.size() - 3].calls);
    CHECK(out.fits);
    CHECK((estimate_conversation(out.messages) + 100) * 1.2 <= budget);
  }
}

TEST_CASE("old results go first, recent ones stay whole", "[llm][budget]") {
  const auto x = conversation(4, 2'000);
  const auto all = static_cast<uint32_t>(estimate_conversation(x));
  const auto out = condense(x, 0, all - 500, 1);
  REQUIRE(out.messages.size() == x.size());
  CHECK(out.messages[3].content.size() < 300);
  for (std::size_t i = 9; i < x.size(); ++i)
    CHECK(out.messages[i] == x[i]);
}

TEST_CASE("a digest says what a call brought", "[llm][budget]") {
  const tool_call grep{"aaaaaaaaa", "repo_grep", R"({"query":"foo"})", false};
  CHECK(result_digest(
            grep, R"(<tool_output>{"matches":"src/a.cpp:12:foo\nsrc/b.cpp:3:foo"}</tool_output>)")
        == R"([earlier result, shortened] repo_grep(query="foo"): 2 hits, first src/a.cpp:12)");
  CHECK(result_digest(grep, R"({"matches":""})").find("0 hits") != std::string::npos);
  const tool_call file{"aaaaaaaaa", "repo_readfile", "not json", false};
  CHECK(result_digest(file, R"({"data":{"content":"one\ntwo\n"}})").find("2 lines, first: one")
        != std::string::npos);
  CHECK(result_digest(file, "plain").find("5 bytes: plain") != std::string::npos);
}
