// Any X-Worker-Caps header: names are trimmed, sorted, each once; said again as JSON they are the same.
#include "actors/domain/error.hpp"
#include "net/bounded_json.hpp"
#include "net/worker_headers.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({"llm:vllm, repo_tools", R"(["llm:vllm","repo_tools"])", "[a, b", R"([" a ",1,null,"\u0000"])", ",, ,",
            "[[[\"a\"]]]", "[1e999]"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const auto said = claw::parse_worker_caps({reinterpret_cast<const char*>(bytes), size});
  if (!said)
    return 0;
  const auto& x = *said;
  const auto& names = x.names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    CLAW_ASSERT(!names[i].empty() && names[i].front() != ' ' && names[i].back() != ' ');
    CLAW_ASSERT(i == 0 || names[i - 1] < names[i]);
  }
  CLAW_ASSERT(x.includes(x) && x.missing_from(x).empty());
  const auto again = claw::json_text(names); // bytes that are no UTF-8 change here, and only here
  const auto same = claw::parse_worker_caps(again);
  CLAW_ASSERT(same);
  const auto once_more = claw::parse_worker_caps(claw::json_text(same->names()));
  CLAW_ASSERT(once_more && *once_more == *same);
  return 0;
}
