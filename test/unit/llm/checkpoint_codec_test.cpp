#include "llm/checkpoint_codec.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

llm_checkpoint sample() {
  llm_checkpoint x;
  x.prompt = "what is \"here\"?\n";
  x.fence = "k3f9a2c7b";
  x.escape = "path outside repo";
  x.steps = 1;
  x.completion_tokens = 12'345;
  x.messages = {{message_role::system, "rules", {}, ""},
                {message_role::user, x.prompt, {}, ""},
                {message_role::assistant,
                 "",
                 {{"aaaaaaaaa", "repo_list", "{}", false},
                  {"bbbbbbbbb", "repo_grep", R"({"query":"x"})", true}},
                 ""},
                {message_role::tool, "demo", {}, "aaaaaaaaa"},
                {message_role::tool, "caf\xc3\xa9", {}, "bbbbbbbbb"}};
  x.calls = {{"repo_list", "{}", true, "demo"}, {"repo_grep", R"({"query":"x"})", false, "no"}};
  return x;
}

} // namespace

TEST_CASE("a checkpoint survives its text", "[checkpoint_codec]") {
  const json_checkpoint_codec codec;
  const auto back = codec.parse(codec.render(sample()));
  REQUIRE(back);
  CHECK(*back == sample());
}

TEST_CASE("no escape hides a secret in the arguments that a checkpoint keeps", "[checkpoint_codec]") {
  const json_checkpoint_codec codec{redactor{{"canary-0123456789"}}};
  auto x = sample();
  x.calls[1].arguments_json = R"({"query":"\u0063anary-0123456789","n":1})";
  x.messages[2].calls[1].arguments_json = x.calls[1].arguments_json;
  const auto back = codec.parse(codec.render(x));
  REQUIRE(back);
  CHECK(back->messages[2].calls[1].arguments_json == R"({"n":1,"query":"***"})");
  CHECK(back->calls[1].arguments_json == R"({"n":1,"query":"***"})");
}

TEST_CASE("a call without its answer makes a checkpoint useless", "[checkpoint_codec]") {
  const json_checkpoint_codec codec;
  auto x = sample();
  SECTION("missing") {
    x.messages.pop_back();
  }
  SECTION("in the wrong order") {
    std::swap(x.messages[3], x.messages[4]);
  }
  SECTION("one too many") {
    x.messages.push_back({message_role::tool, "?", {}, "ccccccccc"});
  }
  CHECK_FALSE(codec.parse(codec.render(x)));
}

TEST_CASE("what is no checkpoint is refused in peace", "[checkpoint_codec]") {
  const json_checkpoint_codec codec;
  for (
      const auto* text :
      {"", "{}", "[]", "null", "{\"version\":2}", "{\"version\":1}", "{\"version\":\"1\"}",
       R"({"version":1,"prompt":"x","fence":"y","steps":-1,"messages":[{}],"calls":[]})",
       R"({"version":1,"prompt":"x","fence":"y","steps":1,"messages":[{"role":"boss","content":""}],"calls":[]})"})
    CHECK(codec.parse(text).error().code == ec::bad_shape);
}
