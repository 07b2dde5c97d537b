#pragma once
// Transcripts as files: RUNNER_STATE_DIR/transcripts/<job>.jsonl, mode 0600, appended to, chained
// (transcript_chain.hpp). A file that has reached its limit gets a last line that says so; when all together have
// reached theirs, the oldest go.

#include "actors/ports/transcript_store.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace claw {

struct transcript_limits {
  uint64_t file_bytes_max = 8'388'608;
  uint64_t all_bytes_max = 268'435'456; ///< RUNNER_TRANSCRIPTS_MAX_BYTES
};

class transcript_files final : public transcript_store {
public:
  /// @param folder is made, mode 0700, with the first line. Its parent exists.
  explicit transcript_files(std::string folder, transcript_limits limits = {});

  outcome<done> append(const std::string& job_id, const std::string& line_json) override;

private:
  struct end_of_file {
    std::string chain; ///< of its last line
    bool full = false; ///< it has said that nothing more follows
  };

  std::string path_of(const std::string& job_id) const;
  outcome<end_of_file> read_end(const std::string& path) const;
  void make_room() const;

  std::string folder_;
  transcript_limits limits_;
  std::map<std::string, end_of_file> ends_; ///< of the files written to lately, by path
};

} // namespace claw
