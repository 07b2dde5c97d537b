// Any answer: only offered tools are called, arguments are JSON objects, and a call that a tool result quotes is none.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/text_calls.hpp"
#include "llm/think_filter.hpp"
#include "test/fuzz/call_texts.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({claw::call_texts})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const std::vector<claw::tool_spec> tools{
      {"repo_list", "", R"({"type":"object","properties":{}})"},
      {"f", "", R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"]})"},
  };
  const std::string_view answer{reinterpret_cast<const char*>(bytes), size};
  const auto found = claw::find_text_calls(answer, tools, {});
  for (const auto& x : found.calls) {
    CLAW_ASSERT(x.name == "repo_list" || x.name == "f");
    const auto arguments = claw::parse_foreign_json(x.arguments_json);
    CLAW_ASSERT(arguments && arguments->is_object());
    CLAW_ASSERT(x.begin < x.end && x.end <= answer.size());
  }
  CLAW_ASSERT(claw::find_text_calls(answer, tools, {answer}).calls.empty());
  claw::call_holdback holdback{tools};
  CLAW_ASSERT(answer.find(holdback.feed(answer)) == 0);
  claw::split_thinking(answer);
  return 0;
}
