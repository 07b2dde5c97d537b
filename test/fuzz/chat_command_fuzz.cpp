// Anything a person may type: a job with a command, a question, or one line of advice.
#include "actors/domain/chat_command.hpp"
#include "actors/domain/error.hpp"
#include "test/fuzz/seeded.hpp"

FUZZ_SEEDS({"ask vllm: where is the lease renewed?", "ask repo=a what", "repostat my-repo", "repogrep \"a b\" x",
            "jobs --status queued", "help", "cancel 01890000-0000-7000-8000-000000000000", "<@1> ping"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto meant = claw::parse_chat_command(text);
  if (const auto* job = std::get_if<claw::chat_job>(&meant))
    CLAW_ASSERT(!job->command.empty() && (job->text.empty() || job->fields.empty()));
  if (const auto* advice = std::get_if<claw::chat_advice>(&meant))
    CLAW_ASSERT(!advice->text.empty() && advice->text.find('\n') == std::string::npos);
  return 0;
}
