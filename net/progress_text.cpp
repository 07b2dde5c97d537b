#include "net/progress_text.hpp"

#include "net/answer_text.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/terminal_text.hpp"

#include <algorithm>

namespace claw {

namespace {

using nlohmann::json;

/// A member as text, whether it is a string or any other JSON; "" when it is not there.
std::string as_text(const json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null())
      continue;
    return found->is_string() ? found->get<std::string>() : json_text(*found);
  }
  return {};
}

std::string call_line(const json& data, const redactor& redact) {
  auto text = "tool " + as_text(data, {"name"});
  const auto arguments = as_text(data, {"args", "arguments"});
  return shown(arguments.empty() ? text : text + " " + arguments, redact);
}

std::string result_line(const json& data, const redactor& redact) {
  auto text = "tool " + as_text(data, {"name"});
  const auto ok = data.find("ok");
  const bool failed
      = (ok != data.end() && ok->is_boolean() && !ok->get<bool>()) || as_text(data, {"status"}) == "error";
  text += failed ? " failed" : " ok";
  if (const auto why = as_text(data, {"error"}); !why.empty())
    text += ": " + why;
  if (const auto ms = as_text(data, {"ms", "took_ms", "duration_ms", "elapsed_ms"}); !ms.empty())
    text += ", " + ms + " ms";
  return shown(text, redact);
}

std::string status_line(const json& data, const redactor& redact) {
  auto text = as_text(data, {"what", "status", "state"});
  if (const auto why = as_text(data, {"why", "reason", "detail"}); !why.empty())
    text += (text.empty() ? "" : ": ") + why;
  return shown(text, redact);
}

json token_object(const remote_token& token) {
  return {{"kid", token.kid},
          {"role", token.role},
          {"name", token.name},
          {"worker_id", token.worker_id.empty() ? json(nullptr) : json(token.worker_id)},
          {"caps", token.caps ? json(*token.caps) : json(nullptr)},
          {"created_at", token.created_s},
          {"expires_at", token.expires_s ? json(*token.expires_s) : json(nullptr)},
          {"state", token.state}};
}

std::string age(int64_t then_s, int64_t now_s) {
  const auto seconds = std::max<int64_t>(0, now_s - then_s);
  if (seconds < 120)
    return std::to_string(seconds) + " s";
  if (seconds < 7'200)
    return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800)
    return std::to_string(seconds / 3'600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

/// Columns as wide as their widest cell.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size())
        line += std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += line + "\n";
  }
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : ",") + word;
  return text;
}

/// What a token's worker may be: `jetson-1 llm:jetson,repo_tools`.
std::string binding(const remote_token& token) {
  auto text = token.worker_id;
  if (token.caps)
    text += (text.empty() ? "" : " ") + (token.caps->empty() ? "(no caps)" : joined(*token.caps));
  return text;
}

} // namespace

std::string progress_line(const remote_event& event, const redactor& redact) {
  if (event.type == "tool_call")
    return call_line(data_of(event), redact);
  if (event.type == "tool_result")
    return result_line(data_of(event), redact);
  if (event.type == "status")
    return status_line(data_of(event), redact);
  if (event.type == "delta" || event.type == "usage" || event.type == "checkpoint" || event.type == "done")
    return {};
  auto text = event.type;
  std::replace(text.begin(), text.end(), '_', ' ');
  if (event.type == "created")
    text = "queued";
  if (event.type == "claimed" && !event.worker_id.empty())
    text += " by " + event.worker_id;
  if (!event.why.empty())
    text += ": " + event.why;
  return shown(text, redact);
}

std::string delta_text(const remote_event& event) {
  if (event.type != "delta")
    return {};
  return as_text(data_of(event), {"text", "content", "delta"});
}

std::string jobs_table(const std::vector<remote_job>& jobs, const redactor& redact, int64_t now_s) {
  if (jobs.empty())
    return "No jobs.\n";
  std::vector<std::vector<std::string>> rows{{"JOB", "COMMAND", "STATE", "AGE", "WORKER"}};
  for (const auto& job : jobs)
    rows.push_back({shown(job.id, redact), shown(job.command, redact),
                    shown(job.outcome.empty() ? job.status : job.outcome, redact),
                    job.created_s ? age(*job.created_s, now_s) : "", shown(job.worker_id.value_or(""), redact)});
  return table(rows);
}

std::string workers_table(const std::vector<remote_worker>& workers, const redactor& redact, int64_t now_s) {
  if (workers.empty())
    return "No worker has asked for a job yet.\n";
  std::vector<std::vector<std::string>> rows{{"WORKER", "STATE", "SEEN", "JOBS", "VERSION", "CAPS"}};
  for (const auto& worker : workers)
    rows.push_back({shown(worker.worker_id.empty() ? "(no name)" : worker.worker_id, redact),
                    !worker.live             ? "away"
                    : worker.running.empty() ? "idle"
                                             : "busy",
                    age(worker.last_seen_s, now_s) + " ago", std::to_string(worker.running.size()),
                    shown(worker.version, redact), shown(joined(worker.caps), redact)});
  auto text = table(rows);
  for (const auto& worker : workers)
    if (!worker.notes.empty())
      text += shown(worker.worker_id, redact) + ": " + shown(worker.notes, redact) + "\n";
  return text;
}

std::string tokens_table(const std::vector<remote_token>& tokens, int64_t now_s) {
  if (tokens.empty())
    return "No tokens but the shared ones.\n";
  const redactor redact;
  std::vector<std::vector<std::string>> rows{{"KID", "ROLE", "NAME", "STATE", "AGE", "EXPIRES", "BOUND TO"}};
  for (const auto& x : tokens)
    rows.push_back({shown(x.kid, redact), shown(x.role, redact), shown(x.name, redact), shown(x.state, redact),
                    age(x.created_s, now_s),
                    !x.expires_s            ? "never"
                    : *x.expires_s <= now_s ? age(*x.expires_s, now_s) + " ago"
                                            : "in " + age(now_s, *x.expires_s),
                    shown(binding(x), redact)});
  return table(rows);
}

std::string queue_text(const std::string& queue_json, const redactor& redact, int64_t now_s) {
  const auto parsed = parse_bounded_json(queue_json);
  if (!parsed || !parsed->is_object())
    return "The broker's answer cannot be read.\n";
  auto text = std::to_string(integer_member(*parsed, "queued")) + " queued, "
              + std::to_string(integer_member(*parsed, "running")) + " running, "
              + std::to_string(integer_member(*parsed, "waiting_claims")) + " workers waiting\n";
  const auto waiting = parsed->find("waiting");
  if (waiting == parsed->end() || !waiting->is_array())
    return text;
  for (const auto& x : *waiting) {
    if (!x.is_object())
      continue;
    const auto caps = as_text(x, {"caps"});
    text += "  " + std::to_string(integer_member(x, "queued")) + " for "
            + (caps == "[]" ? "anyone" : shown(caps, redact)) + ", the oldest for "
            + age(integer_member(x, "oldest_created_at", now_s), now_s)
            + (bool_member(x, "servable") ? "" : "; no live worker has these caps") + "\n";
  }
  return text;
}

std::string token_json(const remote_token& token, const std::string& text) {
  auto x = token_object(token);
  if (!text.empty())
    x["token"] = text;
  return printable_json(json_text(x));
}

std::string tokens_json(const std::vector<remote_token>& tokens) {
  auto list = json::array();
  for (const auto& x : tokens)
    list.push_back(token_object(x));
  return printable_json(json_text({{"tokens", std::move(list)}}));
}

std::string status_json(const remote_health& health, const std::string& broker_url, const std::string& queue) {
  const auto figures = parse_bounded_json(queue);
  return printable_json(json_text({{"ok", health.ok},
                                   {"version", health.version},
                                   {"broker_url", broker_url},
                                   {"queue", figures ? *figures : json(nullptr)}}));
}

std::string event_json(const remote_event& event, const redactor& redact) {
  json x = {{"seq", event.sequence}, {"at_ms", event.at_ms}, {"type", event.type}};
  if (!event.worker_id.empty())
    x["worker_id"] = redact.whole(event.worker_id);
  if (!event.why.empty())
    x["why"] = redact.whole(event.why);
  if (!event.data_json.empty()) {
    const auto text = redact.whole(event.data_json);
    const auto data = parse_bounded_json(text);
    x["data"] = data ? *data : json(text);
  }
  return printable_json(json_text(x));
}

std::string jobs_json(const std::vector<remote_job>& jobs, const redactor& redact) {
  auto list = json::array();
  for (const auto& job : jobs)
    list.push_back(json::parse(job_document_json(job, redact)));
  return printable_json(json_text({{"jobs", std::move(list)}}));
}

std::string workers_json(const std::vector<remote_worker>& workers, const redactor& redact) {
  auto list = json::array();
  for (const auto& x : workers)
    list.push_back({{"worker_id", redact.whole(x.worker_id)},
                    {"caps", x.caps},
                    {"version", redact.whole(x.version)},
                    {"notes", redact.whole(x.notes)},
                    {"first_seen", x.first_seen_s},
                    {"last_seen", x.last_seen_s},
                    {"polling", x.polling},
                    {"live", x.live},
                    {"running", x.running}});
  return printable_json(json_text({{"workers", std::move(list)}}));
}

} // namespace claw
