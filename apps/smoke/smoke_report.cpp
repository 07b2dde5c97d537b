#include "apps/smoke/smoke_report.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/utc_text.hpp"
#include "net/answer_block.hpp"
#include "net/bounded_json.hpp"
#include "net/terminal_text.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace claw {

namespace {

using nlohmann::json;
using kind = smoke_verdict::kind;

/// One line, redacted and whole.
std::string told(const std::string& text, const redactor& redact) {
  return printable(redact.whole(text), true);
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

/// A cell of a Markdown table: no bar ends it, and what is typed stands as it is.
std::string cell(const std::string& text, const redactor& redact) {
  std::string out;
  for (const char c : told(text, redact)) {
    if (std::string_view{"|\\`*_<["}.find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return out;
}

std::string row_of(const std::vector<std::string>& cells, const redactor& redact) {
  std::string line = "|";
  for (const auto& x : cells)
    line += " " + cell(x, redact) + " |";
  return line + "\n";
}

std::size_t counted(const smoke_record& x, kind what) {
  return static_cast<std::size_t>(
      std::count_if(x.results.begin(), x.results.end(), [&](const smoke_result& r) { return r.verdict.what == what; }));
}

std::string model_of(const smoke_record& x, const std::string& worker_id) {
  const auto found = x.models.find(worker_id);
  return found == x.models.end() ? "" : found->second;
}

const smoke_evidence* job_of(const smoke_record& x, const std::string& id) {
  const auto found = std::find_if(x.jobs.begin(), x.jobs.end(), [&](const auto& job) { return job.job_id == id; });
  return found == x.jobs.end() ? nullptr : &*found;
}

// -- the parts of the report --------------------------------------------------------------------

std::string head_part(const smoke_record& x, const redactor& redact) {
  return "# Report-back: two workers with models\n\nWhat `openclaw smoke` found on the broker "
         + cell(x.broker_url, redact) + " from " + utc_text(x.began_s) + " on, asking as " + cell(x.requester, redact)
         + " about the repository " + cell(x.repo, redact)
         + ": the rows of sections 6 to 9 of docs/MULTI_WORKER_LLM_SMOKE.md.\n\n**" + smoke_summary(x) + "**\n\n"
         + "Versions: broker " + cell(x.broker_version.empty() ? "unknown" : x.broker_version, redact)
         + ", openclaw " CLAW_VERSION ", runners below.\n";
}

std::string workers_part(const smoke_record& x, const redactor& redact) {
  std::string text = "\n## Workers\n\n| worker | version | caps | model |\n|---|---|---|---|\n";
  for (const auto& worker : x.workers) {
    const auto model = model_of(x, worker.worker_id);
    text += row_of({worker.worker_id, worker.version, to_string(worker.can), model.empty() ? "not asked" : model},
                   redact);
  }
  return text;
}

std::string rows_part(const smoke_record& x, const redactor& redact) {
  std::string text
      = "\n## Rows\n\n| section | typed | expected | | worker | took | why |\n|---|---|---|---|---|---|---|\n";
  for (const auto& r : x.results)
    text += row_of({std::to_string(r.row.section), r.row.line, r.row.expected, std::string{to_string(r.verdict.what)},
                    r.worker_id, seconds_text(r.seconds), r.verdict.why},
                   redact);
  return text;
}

std::string claims_part(const smoke_record& x, const redactor& redact) {
  std::string text = "\n## Who claimed which job\n\n| job | typed | requires | claimed by |\n|---|---|---|---|\n";
  for (const auto& r : x.results)
    if (const auto* job = job_of(x, r.job_id); job != nullptr) {
      const auto claimers = listed(claimers_of(*job));
      text += row_of({job->job_id, r.row.line, job->required.empty() ? "nothing" : to_string(job->required),
                      claimers.empty() ? "nobody" : claimers},
                     redact);
    }
  return text;
}

/// What can be said of the Jetson's server from here: it has answered the runner, which speaks nothing else.
std::string endpoint_part(const smoke_record& x, const redactor& redact) {
  std::string text = "\n## The Jetson's model\n\n";
  bool any = false;
  for (const auto& worker : x.workers) {
    const auto model = model_of(x, worker.worker_id);
    if (model.empty() || !worker.can.includes(caps{{jetson_cap}}))
      continue;
    any = true;
    std::size_t turns = 0, tools = 0;
    for (const auto& job : x.jobs)
      for (const auto& event : job.events)
        if (event.what.worker_id == worker.worker_id) {
          turns += event.what.kind == job_event_kind::status && event.name == "asking_model" ? 1U : 0U;
          tools += event.what.kind == job_event_kind::tool_result && !event.failed ? 1U : 0U;
        }
    text += cell(worker.worker_id, redact)
            + " asked `POST /chat/completions` of an OpenAI-compatible server for the model " + cell(model, redact)
            + " " + std::to_string(turns) + " times; " + std::to_string(tools)
            + " tool calls of it brought something. ";
  }
  return text + (any ? "" : "No worker with llm:jetson has asked a model. ")
         + "What else its server can do, `openclaw doctor` on the Jetson says.\n";
}

std::string time_lines_part(const smoke_record& x) {
  std::string text = "\n## Time lines\n\nWhat the broker has on each job.\n";
  for (const auto& line : x.time_lines)
    text += "\n" + block(line, text_style::chat) + "\n";
  return text;
}

json or_null(const std::string& text, const redactor& redact) {
  return text.empty() ? json() : json(redact.whole(text));
}

} // namespace

bool has_passed(const smoke_record& x) {
  return counted(x, kind::pass) == x.results.size() && !x.results.empty();
}

std::string smoke_line(const smoke_result& x, const redactor& redact) {
  constexpr std::size_t verdict_columns = 9;
  std::string text{to_string(x.verdict.what)};
  text.resize(std::max(text.size(), verdict_columns), ' ');
  text += std::to_string(x.row.section) + "  " + told(x.row.line, redact) + " · " + told(x.row.expected, redact);
  if (!x.worker_id.empty())
    text += " · " + told(x.worker_id, redact);
  text += " · " + seconds_text(x.seconds);
  return x.verdict.why.empty() ? text : text + " · " + told(x.verdict.why, redact);
}

std::string smoke_summary(const smoke_record& x) {
  const auto failed = counted(x, kind::fail), skipped = counted(x, kind::skipped);
  auto text = std::to_string(counted(x, kind::pass)) + " of " + std::to_string(x.results.size()) + " rows passed";
  if (failed > 0)
    text += ", " + std::to_string(failed) + " failed";
  if (skipped > 0)
    text += ", " + std::to_string(skipped) + " skipped";
  return text;
}

std::string smoke_json(const smoke_record& x, const redactor& redact) {
  auto rows = json::array();
  for (const auto& r : x.results)
    rows.push_back({{"section", r.row.section},
                    {"line", r.row.line},
                    {"expected", r.row.expected},
                    {"verdict", in_lower_case(to_string(r.verdict.what))},
                    {"why", redact.whole(r.verdict.why)},
                    {"job", or_null(r.job_id, redact)},
                    {"worker_id", or_null(r.worker_id, redact)},
                    {"seconds", r.seconds}});
  auto workers = json::array();
  for (const auto& w : x.workers)
    workers.push_back({{"worker_id", redact.whole(w.worker_id)},
                       {"version", redact.whole(w.version)},
                       {"caps", w.can.names()},
                       {"model", or_null(model_of(x, w.worker_id), redact)}});
  return printable_json(
      json_text({{"ok", has_passed(x)},
                 {"broker_url", redact.whole(x.broker_url)},
                 {"versions", {{"broker", redact.whole(x.broker_version)}, {"openclaw", CLAW_VERSION}}},
                 {"workers", std::move(workers)},
                 {"rows", std::move(rows)}}));
}

std::string smoke_report(const smoke_record& x, const redactor& redact) {
  return head_part(x, redact) + workers_part(x, redact) + rows_part(x, redact) + claims_part(x, redact)
         + endpoint_part(x, redact) + time_lines_part(x);
}

} // namespace claw
