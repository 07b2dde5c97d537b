#pragma once
// Writes the transcripts of llm runs. Waits for the disk, so its spawner detaches it. Trouble with the disk is logged
// and never disturbs a run.
//
//   in   run_line

#include "actors/ports/transcript_store.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/shared/observed_actor.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace claw {

struct transcript_config {
  std::shared_ptr<const transcript_codec> codec;
  std::shared_ptr<transcript_store> store; ///< this actor's alone
};

struct transcript_state {
  transcript_config config;
  std::string told_job; ///< of whose trouble the log has been told last
  uint64_t written = 0, lost = 0; ///< lines

  static inline const char* name = "transcript";
};

caf::behavior transcript_actor(observed<transcript_state>* self,
                               transcript_config config);

} // namespace claw
