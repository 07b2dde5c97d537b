#include "net/trace_text.hpp"

#include "actors/domain/utc_text.hpp"
#include "net/answer_text.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/terminal_text.hpp"

#include <algorithm>
#include <cstdio>

namespace claw {

namespace {

using nlohmann::json;

std::string usage_words(const json& data) {
  const auto prompt = integer_member(data, "prompt_tokens");
  const auto answer = integer_member(data, "completion_tokens");
  if (prompt == 0 && answer == 0)
    return {};
  return std::to_string(prompt) + " tokens in, " + std::to_string(answer) + " out";
}

std::string arguments_of(const json& data) {
  const auto at = data.find("args");
  if (at == data.end() || at->is_null())
    return {};
  return at->is_string() ? at->get<std::string>() : json_text(*at);
}

std::string seconds(int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(ms) / 1000);
  return text;
}

std::string head_of(const remote_job& job, const redactor& redact) {
  auto text = "job " + shown(job.id, redact) + ", " + shown(job.command, redact) + ": "
              + printable(state_line(job, redact), true) + "\n";
  if (!job.created_s)
    return text;
  text += "created at " + utc_text(*job.created_s);
  if (!job.requester.empty())
    text += " for " + shown(job.requester, redact);
  if (job.requires_json)
    text += ", requires " + shown(*job.requires_json, redact);
  return text + "\n";
}

bool is_within_attempt(const trace_entry& x) {
  return !x.node.empty() && x.what != trace_entry::kind::attempt && x.what != trace_entry::kind::note;
}

std::string what_of(const trace_entry& x, const redactor& redact) {
  auto text = (x.what == trace_entry::kind::tool ? "tool " : "") + x.name;
  if (!x.detail.empty())
    text += (x.what == trace_entry::kind::tool ? " " : ": ") + x.detail;
  return (is_within_attempt(x) ? "  " : "") + shown(text, redact);
}

std::string took_of(const trace_entry& x) {
  if (x.until_ms)
    return seconds(*x.until_ms - x.from_ms);
  return x.what == trace_entry::kind::point || x.what == trace_entry::kind::note ? "" : "...";
}

std::string to_the_right(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, text.size()), ' ') + text;
}

} // namespace

std::optional<told_event> told(const remote_event& event, const redactor& redact) {
  const auto kind = parse_event_kind(event.type);
  if (!kind)
    return std::nullopt;
  told_event x;
  x.what
      = {event.sequence, event.at_ms, *kind, event.attempt, redact.whole(event.worker_id), redact.whole(event.why), ""};
  const auto data = data_of(event);
  x.call_id = string_member(data, "id");
  x.name = redact.whole(string_member(data, *kind == job_event_kind::status ? "status" : "name"));
  if (*kind == job_event_kind::usage)
    x.detail = usage_words(data);
  else if (*kind == job_event_kind::tool_call)
    x.detail = redact.whole(arguments_of(data));
  else
    x.detail = redact.whole(string_member(data, *kind == job_event_kind::status ? "why" : "error"));
  if (const auto took = integer_member(data, "ms", -1); took >= 0)
    x.took_ms = took;
  x.failed = string_member(data, "status") == "error";
  return x;
}

std::string trace_text(const remote_job& job, const std::string& why, const std::vector<trace_entry>& entries,
                       const redactor& redact) {
  constexpr std::size_t number_columns = 10;
  auto text = head_of(job, redact) + (why.empty() ? "" : shown(why, redact) + "\n");
  std::size_t node_columns = 6;
  std::vector<std::string> nodes;
  for (const auto& x : entries) {
    nodes.push_back(x.node.empty() ? "broker" : shown(x.node, redact));
    node_columns = std::max(node_columns, nodes.back().size());
  }
  text += to_the_right("SECONDS", number_columns) + to_the_right("TOOK", number_columns) + "  NODE"
          + std::string(node_columns - 4, ' ') + "  WHAT\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& x = entries[i];
    text += to_the_right(seconds(x.from_ms - entries.front().from_ms), number_columns)
            + to_the_right(took_of(x), number_columns) + "  " + nodes[i]
            + std::string(node_columns - nodes[i].size(), ' ') + "  " + what_of(x, redact) + "\n";
  }
  return text;
}

std::string trace_json(const remote_job& job, const std::string& why, const std::vector<trace_entry>& entries,
                       const redactor& redact) {
  const auto or_null = [](const std::optional<int64_t>& x) { return x ? json(*x) : json(); };
  auto list = json::array();
  for (const auto& x : entries)
    list.push_back({{"kind", to_string(x.what)},
                    {"from_ms", x.from_ms},
                    {"until_ms", or_null(x.until_ms)},
                    {"node", x.node.empty() ? "broker" : redact.whole(x.node)},
                    {"name", redact.whole(x.name)},
                    {"detail", redact.whole(x.detail)},
                    {"failed", x.failed}});
  auto about = json{{"id", job.id},
                    {"command", job.command},
                    {"status", job.status},
                    {"outcome", job.outcome.empty() ? json() : json(job.outcome)},
                    {"attempt", job.attempt},
                    {"worker_id", job.worker_id ? json(redact.whole(*job.worker_id)) : json()},
                    {"requester", redact.whole(job.requester)},
                    {"requires", job.requires_json ? json(redact.whole(*job.requires_json)) : json()},
                    {"why", redact.whole(why)},
                    {"created_at", or_null(job.created_s)},
                    {"finished_at", or_null(job.finished_s)}};
  return json_text({{"job", std::move(about)}, {"entries", std::move(list)}});
}

} // namespace claw
