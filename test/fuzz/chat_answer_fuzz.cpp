// Any stream and any body as an answer of a server: every call has a name and an id of nine characters.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/chat_answer.hpp"

namespace {

void check(const claw::chat_reply& reply) {
  for (const auto& call : reply.calls) {
    CLAW_ASSERT(call.id.size() == 9);
    CLAW_ASSERT(!call.name.empty());
  }
}

} // namespace

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
