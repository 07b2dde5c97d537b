// Any stream and any body as an answer of a server: every call has a name and an id of nine characters.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/chat_answer.hpp"
#include "test/fuzz/seeded.hpp"

namespace {

void check(const claw::chat_reply& reply) {
  for (const auto& call : reply.calls) {
    CLAW_ASSERT(call.id.size() == 9);
    CLAW_ASSERT(!call.name.empty());
  }
}

} // namespace

FUZZ_SEEDS({R"(data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"a<think>b</think>"}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{\"a\":"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]}

data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}

data: [DONE]

)",
            R"({"choices":[{"message":{"content":"<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>",
            "reasoning_content":"r"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}})",
            R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"y","type":"function","function":{"name":
            "repo_list","arguments":{}}}]},"finish_reason":"length"}]})",
            R"({"error":{"message":"m","type":"t","code":400}})", "data: {\"error\":\"overloaded\"}\n\n"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const claw::chat_request request = [] {
    claw::chat_request x;
    x.tools = {{"repo_list", "", R"({"type":"object","properties":{}})"},
               {"f", "", R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})"}};
    return x;
  }();
  static const claw::chat_listener nobody{};
  const auto id = [] { return std::string("abcdefghi"); };
  const std::string_view all{reinterpret_cast<const char*>(bytes), size};
  claw::chat_answer streamed{request, nobody};
  claw::sse_parser parser;
  std::vector<claw::sse_event> events;
  parser.feed(all, events);
  parser.finish(events);
  for (const auto& event : events)
    if (streamed.take(event))
      break;
  check(streamed.reply(id));
  claw::chat_answer whole{request, nobody};
  whole.take_whole(all);
  check(whole.reply(id));
  return 0;
}
