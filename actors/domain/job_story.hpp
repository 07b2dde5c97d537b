#pragma once
// How a job goes, as the status message of a chat tells it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace claw {

struct job_story {
  std::string job_id;
  std::string status = "queued"; ///< queued, running, done, failed
  std::string worker_id;
  std::string required_cap;
  uint32_t attempt = 0;
  std::optional<int64_t> position; ///< among those that wait for the same caps
  bool servable = true;            ///< some live worker could do it
  std::string doing;               ///< the newest line of progress, redacted
  uint32_t tool_calls = 0;
  bool cancelling = false;
  bool overdue = false; ///< JOB_POLL_TIMEOUT_SEC has passed

  friend bool operator==(const job_story&, const job_story&) = default;
};

/// The first words on a job.
std::string created_sentence(const std::string& job_id);

/// At most a few lines. @param age since the job was made
std::string story_text(const job_story& x, std::chrono::seconds age);

/// What is left of the status message when the answer stands in another one: `✅ Job 42 done in 3 min 12 s`.
/// @param how done, failed, cancelled or dead
std::string closing_line(const std::string& job_id, const std::string& how, std::chrono::seconds took);

/// `12 s`, `3 min 12 s`, `2 h 5 min`
std::string time_text(std::chrono::seconds x);

/// How long the next edit of a status message waits after the last one; none when it may no longer be edited.
/// @source Discord API error 30046: few edits of a message that is older than an hour
std::optional<std::chrono::milliseconds> edit_gap(std::chrono::seconds age);

} // namespace claw
