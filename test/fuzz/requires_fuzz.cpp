// Any `requires`: it is refused, or its caps are trimmed, sorted, each once; said again they are the same.
#include "actors/domain/error.hpp"
#include "net/bounded_json.hpp"
#include "net/requires_codec.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({R"({"caps":["llm:vllm","repo_tools"]})", R"({"caps":"one"})", R"({"caps":[1,{"a":[]},null," b "]})", "null",
            "\"text\"", R"({"caps":{"a":1}})", "{\"caps\":[[[[[[[[\"deep\"]]]]]]]]}"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const auto x = claw::required_caps({reinterpret_cast<const char*>(bytes), size});
  if (!x)
    return 0;
  const auto& names = x->names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    CLAW_ASSERT(!names[i].empty());
    CLAW_ASSERT(i == 0 || names[i - 1] < names[i]);
  }
  const auto again = claw::required_caps(claw::json_text({{"caps", names}}));
  CLAW_ASSERT(again && *again == *x);
  return 0;
}
