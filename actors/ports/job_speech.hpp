#pragma once
// Jobs and listings in words for a chat, and commands in the broker's words: all that needs JSON. Every text that
// comes out is redacted. `net/json_job_speech` implements it. May be called from several threads.

#include "actors/domain/chat_command.hpp"
#include "actors/ports/broker_api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

class job_speech {
public:
  struct answer {
    std::string text, footer;
    bool failed = false;
  };
  struct queue_counts {
    int64_t queued = 0, running = 0;
  };

  virtual ~job_speech() = default;

  virtual producer_api::request request_of(const chat_job& x) const = 0;

  /// @pre the job has ended
  virtual answer answer_of(const remote_job& job) const = 0;

  /// One line on a job in any state.
  virtual std::string state_line(const remote_job& job) const = 0;

  /// One line on an event; "" for one that people need not see.
  virtual std::string progress_line(const remote_event& event) const = 0;

  virtual std::string jobs(const std::vector<remote_job>& x) const = 0;
  virtual std::string workers(const std::vector<remote_worker>& x) const = 0;
  virtual std::string queue(const std::string& queue_json) const = 0;

  /// none when the text is no such JSON
  virtual std::optional<queue_counts> counts(const std::string& queue_json) const = 0;

  /// The names in the result of a `repo_list` job; empty for anything else.
  virtual std::vector<std::string> repo_names(const remote_job& job) const = 0;

  virtual std::string redacted(const std::string& text) const = 0;
};

} // namespace claw
