// Any text as a patch: its sections together are the text, and every line number is told once and in order.
#include "actors/domain/error.hpp"
#include "llm/patch_sections.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS(
    {"diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@ x\n a\n-b\n+c\n+d\n\\ No newline\n",
     "commit 1\n\n    diff --git\n\ndiff --git a/s b/s\n-Subproject commit 1\n+Subproject commit 2\n",
     "diff --git \"a/\\303\\244\" \"b/\\303\\244\"\nBinary files differ\ndiff --cc f\n@@@ -1 -1 +1 @@@\n++x\n"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const std::string_view all{reinterpret_cast<const char*>(bytes), size};
  std::string together;
  for (auto rest = all; !rest.empty();) {
    const auto section = claw::next_section(rest);
    CLAW_ASSERT(!section.empty());
    together += section;
    claw::check_new_lines(section, [&](std::size_t, std::string_view text) {
      CLAW_ASSERT(text.data() >= section.data() && text.data() + text.size() <= section.data() + section.size());
      return true;
    });
  }
  CLAW_ASSERT(together == all);
  return 0;
}
