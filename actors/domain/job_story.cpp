#include "actors/domain/job_story.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::chrono::seconds edits_end{55 * 60};

std::string queued_line(const job_story& x) {
  std::string text = "Queued";
  if (x.position)
    text += ", position " + std::to_string(*x.position);
  if (!x.required_cap.empty())
    text += ", for a worker with " + x.required_cap;
  if (!x.servable)
    text += ". No worker that is present can do this";
  return text + ".";
}

std::string running_line(const job_story& x, std::chrono::seconds age) {
  std::string text = "Running";
  if (!x.worker_id.empty())
    text += " on " + x.worker_id;
  if (x.attempt > 1)
    text += ", attempt " + std::to_string(x.attempt);
  if (x.tool_calls > 0)
    text += ", " + std::to_string(x.tool_calls) + (x.tool_calls == 1 ? " tool call" : " tool calls");
  return text + ", " + time_text(age) + ".";
}

/// To steps of five seconds: the text need not change with each second.
std::chrono::seconds coarse(std::chrono::seconds age) {
  return std::chrono::seconds{age.count() / 5 * 5};
}

} // namespace

std::string created_sentence(const std::string& job_id) {
  return "Job created: " + job_id + ". Waiting for result...";
}

std::string story_text(const job_story& x, std::chrono::seconds age) {
  auto text = x.overdue ? "Still running. Job ID: " + x.job_id + " (try: status " + x.job_id + ")"
                        : created_sentence(x.job_id);
  if (x.cancelling)
    return text + "\nCancelling ...";
  if (x.status == "running")
    text += "\n" + running_line(x, coarse(age));
  else if (x.status == "queued")
    text += "\n" + queued_line(x);
  if (x.status == "running" && !x.doing.empty())
    text += "\n-# " + x.doing;
  return text;
}

std::string closing_line(const std::string& job_id, const std::string& how, std::chrono::seconds took) {
  const auto time = time_text(std::max(took, std::chrono::seconds{0}));
  if (how == "done")
    return "✅ Job " + job_id + " done in " + time;
  if (how == "cancelled")
    return "🚫 Job " + job_id + " cancelled after " + time;
  return "❌ Job " + job_id + " failed after " + time;
}

std::string time_text(std::chrono::seconds x) {
  const auto s = x.count();
  if (s < 60)
    return std::to_string(s) + " s";
  if (s < 3'600)
    return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3'600) + " h " + std::to_string(s / 60 % 60) + " min";
}

std::optional<std::chrono::milliseconds> edit_gap(std::chrono::seconds age) {
  using namespace std::chrono_literals;
  if (age >= edits_end)
    return std::nullopt;
  return age < 60s ? 2'500ms : age < 300s ? 5'000ms : 10'000ms;
}

} // namespace claw
