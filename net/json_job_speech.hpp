#pragma once
// The words of the bot about jobs, made of the broker's JSON.

#include "actors/domain/redaction.hpp"
#include "actors/ports/job_speech.hpp"

#include <cstdint>
#include <functional>

namespace claw {

class json_job_speech final : public job_speech {
public:
  /// @param wall_s seconds since the Unix epoch, for ages
  json_job_speech(redactor redact, std::function<int64_t()> wall_s);

  producer_api::request request_of(const chat_job& x) const override;
  answer answer_of(const remote_job& job) const override;
  std::string state_line(const remote_job& job) const override;
  std::string progress_line(const remote_event& event) const override;
  std::string jobs(const std::vector<remote_job>& x) const override;
  std::string workers(const std::vector<remote_worker>& x) const override;
  std::string queue(const std::string& queue_json) const override;
  std::optional<queue_counts> counts(const std::string& queue_json) const override;
  std::vector<std::string> repo_names(const remote_job& job) const override;
  std::string redacted(const std::string& text) const override;

private:
  redactor redact_;
  std::function<int64_t()> wall_s_;
};

} // namespace claw
