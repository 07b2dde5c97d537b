// Any text as a patch: its sections together are the text, and every line number is told once and in order.
#include "actors/domain/error.hpp"
#include "llm/patch_sections.hpp"

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
