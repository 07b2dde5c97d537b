// The readers of calls in text, each by itself: only offered tools, arguments that are objects, places inside the text.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/loose_json.hpp"
#include "llm/marked_calls.hpp"
#include "llm/python_calls.hpp"
#include "test/fuzz/call_texts.hpp"
#include "test/fuzz/seeded.hpp"

namespace {

void check(const std::vector<claw::found_call>& calls, std::size_t size) {
  for (const auto& call : calls) {
    CLAW_ASSERT(call.name == "repo_list" || call.name == "f");
    const auto arguments = claw::parse_foreign_json(call.arguments_json);
    CLAW_ASSERT(arguments && arguments->is_object());
    CLAW_ASSERT(call.begin <= call.end && call.end <= size);
  }
}

} // namespace

FUZZ_SEEDS({claw::call_texts})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const claw::offered_tools tools{
      {{"repo_list", "", R"({"type":"object","properties":{}})"},
       {"f", "", R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"]})"}}};
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  check(claw::read_marked_calls(text, tools), size);
  if (const auto calls = claw::read_python_calls(text, tools))
    check(*calls, size);
  for (std::size_t at = 0; at < std::min<std::size_t>(size, 64); ++at) {
    if (text[at] != '{' && text[at] != '[')
      continue;
    const auto extent = claw::json_extent(text, at);
    CLAW_ASSERT(extent == text.npos || (extent > at && extent <= size));
    if (const auto json = claw::read_loose_json(text, at)) {
      CLAW_ASSERT(json->end > at && json->end <= size);
      CLAW_ASSERT(json->value.is_structured());
    }
  }
  return 0;
}
