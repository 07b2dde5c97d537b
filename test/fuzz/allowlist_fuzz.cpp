// Any bytes for an allowlist: names and paths come out, or a plain sentence; what it names is judged like any path.
#include "llm/path_rules.hpp"
#include "llm/repo_allowlist.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({R"({"a":"a","b":"./b/../c","c":"/srv/c/"})", R"({"a":1,"a":"..","":"x"})", "[]", "\xef\xbb\xbf{}"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const auto entries = claw::parse_allowlist({reinterpret_cast<const char*>(bytes), size});
  if (!entries) {
    CLAW_ASSERT(!entries.error().why.empty());
    return 0;
  }
  for (const auto& [name, path] : *entries)
    if (const auto checked = claw::checked_relative_path(path))
      for (const auto component : claw::path_components(*checked))
        CLAW_ASSERT(component != "..");
  return 0;
}
