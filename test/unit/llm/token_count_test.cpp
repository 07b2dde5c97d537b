// How a client counts a prompt that is near the limit, and how much of a context one tool result may take.
#include "llm/context_budget.hpp"
#include "llm/endpoint_probe.hpp"
#include "test/unit/llm/chat_client_fixture.hpp"

using namespace claw;
using namespace claw::test;

namespace {

constexpr const char* vllm_models = R"({"data":[{"id":"scripted","max_model_len":4096}]})";
constexpr const char* llama_models = R"({"data":[{"id":"scripted","meta":{"n_ctx":4096,"n_ctx_train":8192}}]})";

struct counted_fixture : chat_client_fixture {
  counted_fixture() {
    config.context_tokens = 0;
    config.timers.call_max = std::chrono::seconds{60};
    request.messages.push_back({message_role::assistant, "", {{"abcdefghi", "repo_list", "{}", false}}, ""});
    request.messages.push_back({message_role::tool, std::string(7'500, 'x'), {}, "abcdefghi"});
  }

  /// The tool result as it went out.
  std::size_t sent_bytes(std::size_t n) const {
    return sent(n)["messages"].back()["content"].get<std::string>().size();
  }
};

} // namespace

TEST_CASE_METHOD(counted_fixture, "near the limit the server's own tokenizer decides what fits",
                 "[llm][client][budget]") {
  model.models(vllm_models);
  model.tokenizer([](const nlohmann::json&) { return R"({"count":3000,"max_model_len":4096,"tokens":[]})"; });
  model.say({"ok"});
  CHECK(ask().reply);
  REQUIRE(model.tokenized().size() == 1);
  CHECK(model.tokenized()[0]["model"] == "scripted");
  CHECK(model.tokenized()[0]["prompt"].get<std::string>().find("the question") != std::string::npos);
  CHECK(sent_bytes(0) < 7'500); // by our estimate it would have fitted

  model.tokenizer([](const nlohmann::json&) { return R"({"count":1000})"; });
  request.messages.back().content = std::string(9'000, 'x'); // by our estimate it would not
  model.say({"ok"});
  CHECK(ask().reply);
  CHECK(sent_bytes(1) == 9'000);
}

TEST_CASE_METHOD(counted_fixture, "llama.cpp's tokenizer is asked in its own words", "[llm][client][budget]") {
  model.models(llama_models);
  model.tokenizer([](const nlohmann::json&) { return R"({"tokens":[1,2,3]})"; });
  model.say({"ok"});
  CHECK(ask().reply);
  REQUIRE(model.tokenized().size() == 1);
  CHECK(model.tokenized()[0]["content"].get<std::string>().find("the question") != std::string::npos);
}

TEST_CASE_METHOD(counted_fixture, "far from the limit no tokenizer is asked", "[llm][client][budget]") {
  model.models(vllm_models);
  request.messages.back().content = "short";
  model.say({"ok"});
  CHECK(ask().reply);
  CHECK(model.tokenized().empty());
}

TEST_CASE_METHOD(counted_fixture, "a server without a tokenizer is asked for it once", "[llm][client][budget]") {
  model.models(vllm_models);
  chat_client client{config};
  for (int i = 0; i < 3; ++i) {
    model.say({"ok"});
    CHECK(ask(client).reply);
  }
  CHECK(model.tokenized().size() == 1);
}

TEST_CASE("the answer of a tokenizer is a count or a list", "[llm][probe]") {
  CHECK(parse_token_count(R"({"count":7,"tokens":[1]})") == 7u);
  CHECK(parse_token_count(R"({"tokens":[1,2,{"id":3,"piece":"x"}]})") == 3u);
  for (const char* text : {"", "[]", "{}", R"({"count":-1})", R"({"tokens":"x"})", R"({"error":"no such path"})"})
    CHECK_FALSE(parse_token_count(text).has_value());
}

TEST_CASE("one tool result takes no more than a quarter of the prompt", "[llm][budget]") {
  CHECK(result_bytes_budget(2'475, 1.0) == 1'980);
  CHECK(result_bytes_budget(2'475, 2.0) == 990);
  CHECK(result_bytes_budget(100, 1.0) == 512);
}

TEST_CASE_METHOD(chat_client_fixture, "a reply says how long tool results may be for this model",
                 "[llm][client][budget]") {
  config.context_tokens = 4'096;
  model.say({"ok"});
  const auto small = ask().reply->result_bytes_max;
  CHECK(small == result_bytes_budget(input_budget(4'096, 4'096), 1.0));
  config.context_tokens = 100'000;
  model.say({"ok"});
  CHECK(ask().reply->result_bytes_max > 10 * small);
}
