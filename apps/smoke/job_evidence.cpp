#include "apps/smoke/job_evidence.hpp"

#include "net/answer_block.hpp"
#include "net/answer_text.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/requires_codec.hpp"
#include "net/trace_text.hpp"

namespace claw {

namespace {

using nlohmann::json;

job_status status_of(const std::string& word) {
  for (const auto x : {job_status::running, job_status::done, job_status::failed})
    if (word == to_string(x))
      return x;
  return job_status::queued;
}

json object_in(const std::optional<std::string>& text) {
  auto parsed = text ? parse_bounded_json(*text) : outcome<json>{json::object()};
  return parsed && parsed->is_object() ? std::move(*parsed) : json::object();
}

std::optional<told_capabilities> told_in(const json& result) {
  const auto& names = member(result, "capabilities");
  if (!names.is_array())
    return std::nullopt;
  told_capabilities told{string_member(result, "worker_id"), string_member(result, "version"), {}};
  for (const auto& name : names)
    if (name.is_string())
      told.names.push_back(name.get<std::string>());
  return told;
}

std::vector<std::string> repo_names_in(const json& result) {
  std::vector<std::string> names;
  const auto& repos = member(member(result, "data"), "repos");
  if (repos.is_array())
    for (const auto& repo : repos)
      if (auto name = repo.is_object() ? string_member(repo, "name") : ""; !name.empty())
        names.push_back(std::move(name));
  return names;
}

/// As the worker sent it, where it is meant for people as it is: redaction of ours must not hide what it left in.
std::string shown_of(const remote_job& job, const json& result, const redactor& redact) {
  if (job.status != "done")
    return job.error.value_or("");
  if (job.command == "llm_task" && member(result, "final").is_string())
    return string_member(result, "final");
  if (result.empty())
    return job.result.value_or("");
  return answer_of(job, redact, text_style::terminal).text;
}

} // namespace

smoke_evidence evidence_of(const remote_job& job, const std::vector<remote_event>& events, const redactor& redact) {
  const auto result = object_in(job.result);
  smoke_evidence x;
  x.job_id = job.id;
  x.status = status_of(job.status);
  if (const auto required = required_caps(job.requires_json.value_or("")); required)
    x.required = *required;
  x.shown = shown_of(job, result, redact);
  x.document = job.result.value_or("") + job.error.value_or("");
  for (const auto& event : events)
    if (auto one = told(event, redact))
      x.events.push_back(std::move(*one));
  if (job.command == "capabilities")
    x.told = told_in(result);
  if (job.command == "repo_list")
    x.repo_names = repo_names_in(result);
  return x;
}

std::map<std::string, std::string> models_of(const remote_job& job) {
  std::map<std::string, std::string> models;
  if (job.command != "llm_task")
    return models;
  const auto result = object_in(job.result);
  const auto note = [&](const json& x) {
    if (x.is_object() && !string_member(x, "worker_id").empty() && !string_member(x, "model").empty())
      models[string_member(x, "worker_id")] = string_member(x, "model");
  };
  note(result);
  if (const auto& workers = member(result, "workers"); workers.is_array())
    for (const auto& x : workers)
      note(x);
  return models;
}

smoke_worker smoke_worker_of(const remote_worker& x) {
  return {x.worker_id, x.version, caps{x.caps}, x.live};
}

} // namespace claw
