#include "llm/error_class.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

constexpr std::time_t now = 1'795'000'000; // Wed, 18 Nov 2026 11:06:40 GMT

chat_error kind(int status, std::string_view body) {
  return classify_error(status, body, "", now).failure.kind;
}

int status_of(const std::string& http) {
  return std::stoi(http.substr(http.find(' ') + 1));
}

} // namespace

TEST_CASE("every recorded error has its class", "[llm][errors][golden]") {
  struct row {
    const char* name;
    chat_error kind;
  };
  for (const auto& x : std::vector<row>{
           {"60-err-context-overflow", chat_error::context_overflow},
           {"61-err-context-overflow-stream", chat_error::context_overflow},
           {"63-err-broken-json", chat_error::bad_request},
           {"64-err-no-messages", chat_error::bad_request},
           {"65-err-temperature-string", chat_error::bad_request},
           {"66-err-tool_choice-bad", chat_error::bad_request},
           {"67-err-tool-without-name", chat_error::bad_request},
           {"68-err-history-with-malformed-arguments", chat_error::bad_request},
           {"71-err-bad-grammar", chat_error::bad_request},
           {"74-err-404-path", chat_error::bad_request},
           {"90-err-401-no-key", chat_error::auth},
           {"91-err-401-wrong-key", chat_error::auth},
           {"92-models-without-key", chat_error::auth},
           {"99-err-503-loading", chat_error::loading},
           {"a6-err-no-jinja-tools", chat_error::tools_unsupported},
           {"b0-mistral-template-long-tool-id", chat_error::template_error},
           {"b2-mistral-template-two-user-turns", chat_error::template_error},
           {"b3-llama31-template-parallel-calls-in-history", chat_error::template_error},
       }) {
    INFO(x.name);
    const auto file = std::string{x.name} + ".response.http";
    CHECK(kind(status_of(recorded(file)), recorded_body(file)) == x.kind);
  }
}

TEST_CASE("errors of other servers have their class", "[llm][errors]") {
  struct row {
    int status;
    const char* body;
    chat_error kind;
  };
  for (
      const auto& x : std::vector<row>{
          {400,
           R"({"object":"error","message":"This model's maximum context length is 8192 tokens. However, you requested 9000","type":"BadRequestError"})",
           chat_error::context_overflow},
          {400, R"({"error":{"message":"too long","code":"context_length_exceeded"}})",
           chat_error::context_overflow},
          {400,
           R"({"error":"The number of tokens to keep from the initial prompt is greater than the context length"})",
           chat_error::context_overflow},
          {413, R"({"error":{"message":"maximum context length is 4096 tokens"}})",
           chat_error::context_overflow},
          {400,
           R"({"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","code":400}})",
           chat_error::tools_unsupported},
          {400,
           R"({"error":{"message":"registry.ollama.ai/library/gemma:2b does not support tools"}})",
           chat_error::tools_unsupported},
          {400, R"({"error":{"message":"Extra inputs are not permitted: tools"}})", chat_error::tools_unsupported},
          {422, R"({"error":{"message":"function calling is not enabled"}})", chat_error::tools_unsupported},
          {400, R"({"error":{"message":"System role not supported"}})", chat_error::template_error},
          {413, "<html>413 Request Entity Too Large</html>", chat_error::context_overflow},
          {422, R"({"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2000."})",
           chat_error::context_overflow},
          {400, R"({"error":{"message":"Requested tokens (4100) exceed context window of 2048"}})",
           chat_error::context_overflow},
          {400, R"({"error":{"message":"max_tokens is too large: 4096. It supports at most 2048 completion tokens"}})",
           chat_error::bad_request},
          {400, R"({"error":{"message":"unknown field n"}})", chat_error::bad_request},
          {401, R"({"error":"Unauthorized"})", chat_error::auth},
          {403, "", chat_error::auth},
          {404, R"({"object":"error","message":"The model `x` does not exist."})",
           chat_error::model_missing},
          {404, R"({"detail":"Not Found"})", chat_error::bad_request},
          {422, R"({"detail":[{"loc":["body","messages"],"msg":"field required"}]})",
           chat_error::bad_request},
          {429, "", chat_error::overloaded},
          {503,
           R"({"error":{"message":"server busy, please try again.  maximum pending requests exceeded"}})",
           chat_error::overloaded},
          {529, "", chat_error::overloaded},
          {500, R"({"error":{"message":"CUDA error"}})", chat_error::server_fault},
          {502, "<html><body>Bad Gateway</body></html>", chat_error::server_fault},
          {504, "", chat_error::server_fault},
          {302, "", chat_error::bad_request},
          {400, std::string_view{"\0\xFF{{{", 6}.data(), chat_error::bad_request},
      }) {
    INFO(x.status << " " << x.body);
    CHECK(kind(x.status, x.body) == x.kind);
  }
}

TEST_CASE("the size of the context is learned from the words", "[llm][errors]") {
  const auto learned = [](std::string_view body) {
    return classify_error(400, body, "", now).failure.context_tokens;
  };
  CHECK(learned(recorded_body("60-err-context-overflow.response.http")) == 4096u);
  CHECK(learned(R"({"message":"This model's maximum context length is 8192 tokens. However"})")
        == 8192u);
  CHECK(
      learned(
          R"({"message":"The input (9000 tokens) is longer than the model's context length (7000 tokens)."})")
      == 7000u);
  for (const char* body : {R"({"message":"`inputs` tokens + `max_new_tokens` must be <= 7000. Given: 9000"})",
                           R"({"message":"prompt is too long: 9000 tokens > 7000 maximum"})",
                           R"({"message":"The input token count (9000) exceeds the number of tokens allowed (7000)."})",
                           R"({"message":"Requested tokens (9000) exceed context window of 7000"})",
                           R"({"message":"The prompt (length 9000) is longer than the maximum model length of 7000."})",
                           R"({"error":"the model is loaded with context length of only 7000 tokens"})"}) {
    INFO(body);
    CHECK(learned(body) == 7000u);
  }
  CHECK(learned(R"({"error":"greater than the context length"})") == std::nullopt);
  CHECK(classify_error(400, recorded_body("60-err-context-overflow.response.http"), "", now)
            .prompt_tokens
        == 6027u);
  CHECK(classify_error(400,
                       R"({"error":{"message":"max_tokens must be less than or equal to `2048`"}})",
                       "", now)
            .answer_tokens
        == 2048u);
}

TEST_CASE("Retry-After is seconds or a date, and bounded", "[llm][errors]") {
  CHECK(parse_retry_after("7", now) == 7s);
  CHECK(parse_retry_after("0", now) == 0s);
  CHECK(parse_retry_after("Wed, 18 Nov 2026 11:06:50 GMT", now) == 10s);
  CHECK(parse_retry_after("Wed, 18 Nov 2020 11:06:50 GMT", now) == 0s);
  CHECK(parse_retry_after("99999999999999999999", now) == retry_after_max);
  CHECK(parse_retry_after("3600", now) == retry_after_max);
  CHECK(parse_retry_after("", now) == std::nullopt);
  CHECK(parse_retry_after("soon", now) == std::nullopt);
  CHECK(parse_retry_after("-5", now) == std::nullopt);
}

TEST_CASE("an error in a stream is classed by its own code and words", "[llm][errors]") {
  const auto kind_of
      = [](const char* x) { return classify_stream_error(nlohmann::json::parse(x)).failure.kind; };
  CHECK(kind_of(R"({"error":{"message":"out of memory","type":"server_error"}})")
        == chat_error::server_fault);
  CHECK(kind_of(R"({"error":{"message":"x","code":429}})") == chat_error::overloaded);
  CHECK(kind_of(R"({"error":"the request exceeds the available context size"})")
        == chat_error::context_overflow);
  CHECK(kind_of(R"({"object":"error","message":"EngineCore died","code":500})")
        == chat_error::server_fault);
}

TEST_CASE("what a server says is shown short and on one line", "[llm][errors]") {
  const auto why
      = classify_error(400, R"({"error":{"message":"a\nb)" + std::string(5'000, 'x') + R"("}})", "",
                       now)
            .failure.why;
  CHECK(why.size() < 400);
  CHECK(why.find('\n') == std::string::npos);
  CHECK(classify_error(502, "<html>secret</html>", "", now).failure.why.find("html")
        == std::string::npos);
}
