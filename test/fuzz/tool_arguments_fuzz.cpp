// Any arguments of a call: a canonical object comes out, which stays the same when it is checked again, or a JSON
// sentence for the model.
#include "actors/domain/error.hpp"
#include "llm/bounded_json.hpp"
#include "llm/known_tool.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({R"(1{"repo":"a","path":"f","line":"12","limit":1e3})", R"(2{"repo":"a","revision":"HEAD~1","extra":null})",
            R"(3"{\"repo\":\"a\"}")", "4", R"(0{"repo":["a"],"repo":"b"})"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  constexpr std::size_t bytes_max = 4'096;
  if (size == 0)
    return 0;
  const auto& tools = claw::history_tools();
  const auto& schema = tools[bytes[0] % tools.size()].schema;
  const std::string arguments{reinterpret_cast<const char*>(bytes + 1), size - 1};
  const auto checked = claw::check_arguments(schema, arguments, bytes_max);
  if (!checked) {
    const auto told = claw::parse_foreign_json(checked.error().why);
    CLAW_ASSERT(told && told->is_object() && told->contains("error"));
    return 0;
  }
  const auto again = claw::check_arguments(schema, *checked, 10 * bytes_max);
  CLAW_ASSERT(again && *again == *checked);
  return 0;
}
