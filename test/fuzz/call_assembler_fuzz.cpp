// Any deltas, one a line: never more calls than the bound, and every call has a name.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/call_assembler.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({R"({"tool_calls":[{"index":0,"id":"x","function":{"name":"repo_list","arguments":"{\"a\":"}}]}
{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"y","function":{"name":"repo_"}}]}
{"tool_calls":[{"index":1,"function":{"name":"status","arguments":{}}}]})",
            R"({"function_call":{"name":"repo_list","arguments":"{"}}
{"function_call":{"arguments":"}"}})",
            R"({"tool_calls":[{"id":"a","function":{"name":"repo_listrepo_list"}}]})"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(bytes), size};
  claw::call_assembler calls{{"repo_list", "repo_status"}};
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (const auto x = claw::parse_foreign_json(rest.substr(0, end))) {
      calls.feed(*x);
      calls.feed_function_call(*x);
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  const auto out = calls.calls();
  CLAW_ASSERT(out.size() <= claw::call_assembler::calls_max);
  for (const auto& x : out)
    CLAW_ASSERT(!x.name.empty());
  return 0;
}
