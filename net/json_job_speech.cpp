#include "net/json_job_speech.hpp"

#include "net/answer_text.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/command_codec.hpp"
#include "net/progress_text.hpp"

#include <utility>

namespace claw {

json_job_speech::json_job_speech(redactor redact, std::function<int64_t()> wall_s)
    : redact_(std::move(redact)), wall_s_(std::move(wall_s)) {}

producer_api::request json_job_speech::request_of(const chat_job& x) const {
  return claw::request_of(x, "");
}

job_speech::answer json_job_speech::answer_of(const remote_job& job) const {
  auto x = claw::answer_of(job, redact_, text_style::chat);
  return {std::move(x.text), std::move(x.footer), x.failed};
}

std::string json_job_speech::state_line(const remote_job& job) const {
  return claw::state_line(job, redact_);
}

std::string json_job_speech::progress_line(const remote_event& event) const {
  return claw::progress_line(event, redact_);
}

std::string json_job_speech::jobs(const std::vector<remote_job>& x) const {
  return jobs_table(x, redact_, wall_s_());
}

std::string json_job_speech::workers(const std::vector<remote_worker>& x) const {
  return workers_table(x, redact_, wall_s_());
}

std::string json_job_speech::queue(const std::string& queue_json) const {
  return queue_text(queue_json, redact_, wall_s_());
}

std::optional<job_speech::queue_counts> json_job_speech::counts(const std::string& queue_json) const {
  const auto x = parse_bounded_json(queue_json);
  if (!x || !x->is_object())
    return std::nullopt;
  return queue_counts{integer_member(*x, "queued"), integer_member(*x, "running")};
}

std::vector<std::string> json_job_speech::repo_names(const remote_job& job) const {
  std::vector<std::string> names;
  const auto envelope = parse_bounded_json(job.result.value_or(""));
  if (job.command != "repo_list" || !envelope || !envelope->is_object() || envelope->find("data") == envelope->end())
    return names;
  const auto repos = read_array((*envelope)["data"], "repos");
  if (repos)
    for (const auto& repo : *repos)
      if (auto name = string_member(repo, "name"); !name.empty())
        names.push_back(redact_.whole(name));
  return names;
}

std::string json_job_speech::redacted(const std::string& text) const {
  return redact_.whole(text);
}

} // namespace claw
