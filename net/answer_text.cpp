#include "net/answer_text.hpp"

#include "actors/domain/code_points.hpp"
#include "net/answer_block.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/history_text.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace claw {

namespace {

using nlohmann::json;

std::string counted(int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// -- repo commands ------------------------------------------------------------------------------

std::string repo_names(const json& data) {
  std::string text;
  const auto& repos = member(data, "repos");
  if (repos.is_array())
    for (const auto& repo : repos)
      if (repo.is_object())
        text += (text.empty() ? "- " : "\n- ") + string_member(repo, "name");
  return text.empty() ? "No repos." : text;
}

std::string repo_state_text(const json& data, text_style style) {
  auto text = "Branch: " + string_member(data, "branch")
              + "\nDirty: " + (bool_member(data, "dirty") ? "yes" : "no");
  const auto porcelain = string_member(data, "porcelain");
  if (!porcelain.empty())
    text += "\n" + block(porcelain, style);
  return text;
}

std::string commit_text(const json& data) {
  return string_member(data, "hash") + " " + string_member(data, "subject") + "\n"
         + string_member(data, "author") + ", " + string_member(data, "date");
}

std::string matches_text(const json& data, text_style style) {
  const auto& matches = member(data, "matches");
  std::string lines = string_member(data, "matches");
  if (matches.is_array())
    for (const auto& line : matches)
      if (line.is_string())
        lines += line.get<std::string>() + "\n";
  return lines.empty() ? "No matches." : block(lines, style);
}

std::string excerpt_text(const json& data, text_style style) {
  const auto content = block(string_member(data, "content"), style);
  if (style == text_style::terminal)
    return content;
  return string_member(data, "path") + ", lines " + std::to_string(integer_member(data, "start"))
         + " to " + std::to_string(integer_member(data, "end")) + "\n" + content;
}

/// @returns nothing when the result is no repo envelope.
std::optional<answer_text> repo_answer(const std::string& command, const json& x,
                                       text_style style) {
  const auto& data = member(x, "data");
  if (!member(x, "ok").is_boolean())
    return std::nullopt;
  if (!bool_member(x, "ok"))
    return answer_text{"Job failed: " + string_member(x, "error"), "", true};
  if (!data.is_object())
    return std::nullopt;
  answer_text answer;
  if (command == "repo_list")
    answer.text = repo_names(data);
  else if (command == "repo_status")
    answer.text = repo_state_text(data, style);
  else if (command == "repo_last_commit")
    answer.text = commit_text(data);
  else if (command == "repo_grep")
    answer.text = matches_text(data, style);
  else if (command == "repo_readfile")
    answer.text = excerpt_text(data, style);
  else if (auto history = history_text(command, data, style))
    answer.text = std::move(*history);
  else
    return std::nullopt;
  if (bool_member(x, "truncated"))
    answer.text += "\n*(truncated)*";
  return answer;
}

// -- plans and models ---------------------------------------------------------------------------

std::string plan_text(const json& x) {
  const auto id = string_member(x, "plan_id");
  return string_member(x, "summary") + "\nPlan " + id + ". To approve it: approve " + id;
}

std::string approval_text(const json& x) {
  return "Plan " + string_member(x, "plan_id") + ": " + string_member(x, "status") + " ("
         + string_member(x, "note") + ")";
}

/// Those who took part before the one that answered: `begun by box-1 (tiny, 3 steps)`.
std::string earlier_workers(const json& x) {
  const auto& workers = member(x, "workers");
  std::string text;
  for (std::size_t i = 0; workers.is_array() && i + 1 < workers.size(); ++i)
    if (workers[i].is_object())
      text += (text.empty() ? "begun by " : ", ") + string_member(workers[i], "worker_id") + " ("
              + string_member(workers[i], "model") + ", "
              + counted(integer_member(workers[i], "steps"), "step") + ")";
  return text;
}

std::string llm_footer(const json& x, const remote_job& job) {
  std::string text = string_member(x, "model");
  const auto add = [&](const std::string& part) {
    if (!part.empty())
      text += (text.empty() ? "" : " · ") + part;
  };
  const auto worker = string_member(x, "worker_id");
  add(worker.empty() ? job.worker_id.value_or("") : worker);
  if (member(x, "steps").is_number_integer())
    add(counted(integer_member(x, "steps"), "step"));
  if (member(x, "tool_calls").is_array())
    add(counted(static_cast<int64_t>(member(x, "tool_calls").size()), "tool call"));
  if (member(x, "duration_ms").is_number()) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f s", member(x, "duration_ms").get<double>() / 1000);
    add(seconds);
  } else if (job.started_s && job.finished_s) {
    add(std::to_string(*job.finished_s - *job.started_s) + " s");
  }
  add(earlier_workers(x));
  const auto& safety = member(x, "safety");
  if (safety.is_object() && bool_member(safety, "max_steps_reached"))
    add("step limit reached");
  return text;
}

answer_text result_text(const remote_job& job, text_style style) {
  const auto& result = *job.result;
  const auto parsed = parse_bounded_json(result);
  if (!parsed || !parsed->is_object())
    return {result, "", false};
  if (job.command == "llm_task" && member(*parsed, "final").is_string())
    return {string_member(*parsed, "final"), llm_footer(*parsed, job), false};
  if (job.command == "plan_echo" && member(*parsed, "plan_id").is_string())
    return {plan_text(*parsed), "", false};
  if (job.command == "approve_echo" && member(*parsed, "plan_id").is_string())
    return {approval_text(*parsed), "", false};
  if (auto answer = repo_answer(job.command, *parsed, style))
    return *answer;
  return {result, "", false};
}

/// The text redacted, or its beginning. A secret that the cut goes through is dropped with the end of what is left.
std::string beginning(const std::string& text, const redactor& redact, std::size_t bytes_max) {
  constexpr std::size_t secret_bytes_max = 4'096;
  if (text.size() <= bytes_max)
    return redact.whole(text);
  auto shown = redact.whole(std::string_view{text}.substr(0, bytes_max));
  shown.resize(shown.size() - std::min(shown.size(), secret_bytes_max));
  shown.resize(whole_characters(shown));
  return shown + "\n... (" + std::to_string(text.size() - shown.size()) + " bytes more)";
}

json or_null(const std::optional<std::string>& x, const redactor& redact) {
  return x ? json(redact.whole(*x)) : json();
}

json or_null(const std::optional<int64_t>& x) {
  return x ? json(*x) : json();
}

} // namespace

answer_text answer_of(const remote_job& job, const redactor& redact, text_style style, std::size_t bytes_max) {
  answer_text answer;
  if (job.status == "done" && job.result)
    answer = job.result->size() / 8 > bytes_max ? answer_text{*job.result, "", false} : result_text(job, style);
  else if (job.status != "done")
    answer = {"Job failed: " + job.error.value_or("unknown"), "", true};
  answer.text = with_instruction_warning(beginning(without_last_breaks(std::move(answer.text)), redact, bytes_max));
  answer.footer = redact.whole(answer.footer);
  return answer;
}

std::string state_line(const remote_job& job, const redactor& redact) {
  auto text = job.outcome == "cancelled" || job.outcome == "dead" ? job.outcome : job.status;
  if (job.worker_id && !job.worker_id->empty())
    text += " on " + *job.worker_id;
  if (job.attempt > 0)
    text += ", attempt " + std::to_string(job.attempt);
  if (job.status == "queued" && job.requires_json)
    text += ", requires " + *job.requires_json;
  return redact.whole(text);
}

std::string job_document_json(const remote_job& job, const redactor& redact) {
  json x = {{"id", job.id},
            {"status", job.status},
            {"command", job.command},
            {"payload", redact.whole(job.payload)},
            {"result", or_null(job.result, redact)},
            {"error", or_null(job.error, redact)},
            {"worker_id", or_null(job.worker_id, redact)},
            {"requires", or_null(job.requires_json, redact)},
            {"created_at", or_null(job.created_s)},
            {"started_at", or_null(job.started_s)},
            {"finished_at", or_null(job.finished_s)},
            {"lease_until", or_null(job.lease_until_s)},
            {"outcome", job.outcome.empty() ? json() : json(job.outcome)},
            {"attempt", job.attempt}};
  if (job.status == "done" || job.status == "failed") {
    const auto answer = answer_of(job, redact, text_style::terminal);
    x["answer"] = answer.text;
    x["footer"] = answer.footer;
  }
  return json_text(x);
}

} // namespace claw
