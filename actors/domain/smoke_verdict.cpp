#include "actors/domain/smoke_verdict.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace claw {

namespace {

using kind = smoke_verdict::kind;
using problem = std::optional<std::string>; ///< a sentence; none: nothing is wrong

/// What the guard of paths says. @source docs/MULTI_WORKER_LLM_SMOKE.md, section 8
constexpr std::string_view safe_refusals[] = {"path must be relative and not contain ..", "path outside repo"};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_cap(const smoke_worker& x, const std::string& cap) {
  return x.can.includes(caps{{cap}});
}

const smoke_worker* worker_called(const std::vector<smoke_worker>& workers, const std::string& id) {
  const auto found
      = std::find_if(workers.begin(), workers.end(), [&](const smoke_worker& x) { return x.worker_id == id; });
  return found == workers.end() ? nullptr : &*found;
}

std::string named(const std::string& worker_id) {
  return worker_id.empty() ? "a worker without a name" : worker_id;
}

/// The first lines of what somebody said, for a sentence.
std::string quoted(std::string_view text) {
  constexpr std::size_t shown_max = 120;
  auto words = std::string{trimmed(text.substr(0, shown_max))};
  std::replace(words.begin(), words.end(), '\n', ' ');
  return "\"" + words + (text.size() > shown_max ? "...\"" : "\"");
}

bool is_safe_refusal(std::string_view text) {
  return std::any_of(std::begin(safe_refusals), std::end(safe_refusals), [&](auto x) { return holds(text, x); });
}

// -- what every job must show -------------------------------------------------------------------

problem problem_of_end(const smoke_evidence& x) {
  if (is_terminal(x.status))
    return std::nullopt;
  return "it has not ended: it is " + std::string{to_string(x.status)} + (x.why.empty() ? "" : ". " + x.why);
}

problem problem_of_requires(const std::string& cap, const smoke_evidence& x) {
  const auto wanted = cap.empty() ? caps{} : caps{{cap}};
  if (x.required == wanted)
    return std::nullopt;
  return "it requires " + (x.required.empty() ? "nothing" : to_string(x.required)) + " instead of "
         + (cap.empty() ? "nothing" : cap);
}

/// One claim, by a worker that has what the job requires; and it was given back by nobody.
problem problem_of_claims(const smoke_evidence& x, const std::vector<smoke_worker>& workers) {
  const auto claimers = claimers_of(x);
  if (claimers.empty())
    return "nobody claimed it";
  for (const auto& id : claimers) {
    const auto* worker = worker_called(workers, id);
    if (worker == nullptr)
      return named(id) + " claimed it, whom the broker does not list";
    if (!worker->can.includes(x.required))
      return id + " claimed it without " + to_string(worker->can.missing_from(x.required));
  }
  if (claimers.size() > 1)
    return "it was claimed " + std::to_string(claimers.size()) + " times: " + listed(claimers);
  for (const auto& event : x.events)
    if (event.what.kind == job_event_kind::requeued)
      return "it was queued again: " + event.what.why;
  return std::nullopt;
}

/// Our own tokens in whatever it says, and what looks like one in what people see of it.
problem problem_of_secrets(std::string_view document, std::string_view shown, const smoke_secrets& secrets) {
  for (const auto& token : secrets.tokens)
    if (!token.empty() && (holds(document, token) || holds(shown, token)))
      return "it shows one of our tokens";
  if (secrets.rules.whole(shown) != shown)
    return "what it says holds something that looks like a credential";
  if (shows_password_file(document) || shows_password_file(shown))
    return "it shows lines of a password file";
  return std::nullopt;
}

problem problem_of_success(const smoke_evidence& x) {
  if (x.status != job_status::done)
    return "it failed: " + quoted(x.shown);
  if (trimmed(x.shown).empty())
    return "its answer is empty";
  return std::nullopt;
}

// -- what single rows must show -----------------------------------------------------------------

/// A tool looked into a repository, and brought something.
bool has_looked(const smoke_evidence& x) {
  return std::any_of(x.events.begin(), x.events.end(), [](const told_event& event) {
    return event.what.kind == job_event_kind::tool_result && !event.failed
           && (event.name == "repo_grep" || event.name == "repo_readfile");
  });
}

problem problem_of_capabilities(const smoke_evidence& x, const std::vector<smoke_worker>& workers) {
  if (!x.told)
    return "its answer is no JSON with worker_id, capabilities and version: " + quoted(x.shown);
  if (x.told->worker_id != answerer_of(x))
    return "it names the worker " + named(x.told->worker_id) + ", and " + named(answerer_of(x)) + " answered";
  if (x.told->version.empty())
    return "its answer has no version";
  if (!holds(x.told->names, "llm_task"))
    return "llm_task is not among its capabilities";
  const auto* worker = worker_called(workers, x.told->worker_id);
  if (worker != nullptr)
    for (const auto& cap : worker->can.names())
      if (is_model_cap(cap) && holds(x.told->names, cap))
        return std::nullopt;
  return "no llm: cap that the broker knows of this worker is among its capabilities; does its model answer?";
}

/// A call on a path outside that brought something.
bool has_escaped(const smoke_evidence& x) {
  for (const auto& call : x.events) {
    if (call.what.kind != job_event_kind::tool_call || !(holds(call.detail, "..") || holds(call.detail, "/etc/")))
      continue;
    for (const auto& result : x.events)
      if (result.what.kind == job_event_kind::tool_result && result.call_id == call.call_id && !result.failed)
        return true;
  }
  return false;
}

problem problem_of_escape(const smoke_row& row, const smoke_evidence& x) {
  if (has_escaped(x))
    return "a tool was let out of the repository";
  if (x.status == job_status::failed || row.what == smoke_check::path_guard) {
    if (!is_safe_refusal(x.shown))
      return "it was refused with other words than the guard of paths has: " + quoted(x.shown);
    return std::nullopt;
  }
  return problem_of_success(x); // a model that does not try answers in words of its own
}

problem problem_of_absence(const smoke_row& row, const smoke_evidence& x) {
  if (!x.waited_without_claim)
    return "it did not wait for its worker: "
           + (claimers_of(x).empty() ? std::string{"it ended unclaimed"} : listed(claimers_of(x)) + " claimed it");
  if (!holds(x.why_it_waited, row.cap))
    return "the broker does not say that it waits for " + row.cap + ": " + quoted(x.why_it_waited);
  return problem_of_success(x);
}

problem problem_of_content(const smoke_row& row, const std::string& repo, const smoke_evidence& x,
                           const std::vector<smoke_worker>& workers) {
  if (row.what == smoke_check::escape || row.what == smoke_check::path_guard)
    return problem_of_escape(row, x);
  if (row.what == smoke_check::away)
    return problem_of_absence(row, x);
  if (auto wrong = problem_of_success(x))
    return wrong;
  switch (row.what) {
  case smoke_check::hello:
    return trimmed(x.shown) == "pong: hello" ? std::nullopt : problem{"it says " + quoted(x.shown)};
  case smoke_check::capabilities:
    return problem_of_capabilities(x, workers);
  case smoke_check::repos:
    return holds(x.repo_names, repo) ? std::nullopt
                                     : problem{repo + " is not among the repositories of " + named(answerer_of(x))
                                               + ": " + (x.repo_names.empty() ? "none" : listed(x.repo_names))};
  case smoke_check::vllm:
    return has_looked(x) ? std::nullopt : problem{"no repo_grep or repo_readfile of it has brought anything"};
  case smoke_check::each_repository:
  case smoke_check::repo_status:
  case smoke_check::any_model:
  case smoke_check::jetson:
  case smoke_check::workers:
  case smoke_check::escape:
  case smoke_check::path_guard:
  case smoke_check::away:
  case smoke_check::every_job:
    break;
  }
  return std::nullopt;
}

/// Nobody's trouble, but worth a word.
std::string note_on(const smoke_row& row, const smoke_evidence& x) {
  if (row.what == smoke_check::escape && x.status == job_status::done)
    return "the model did not try the path; the next row does";
  if (row.what == smoke_check::jetson && !has_looked(x))
    return "it did not look into a repository";
  if (row.what == smoke_check::away)
    return x.why_it_waited;
  return {};
}

std::vector<std::string> live_with(const std::vector<smoke_worker>& workers, const std::string& cap) {
  std::vector<std::string> ids;
  for (const auto& x : workers)
    if (x.live && has_cap(x, cap))
      ids.push_back(x.worker_id);
  return ids;
}

/// The first line that says something, without marks of Markdown around it.
std::string_view first_words(std::string_view text) {
  while (!text.empty()) {
    const auto line = trimmed(text.substr(0, text.find('\n')));
    if (!line.empty() && !line.starts_with("```"))
      return line.substr(0, 40);
    text.remove_prefix(
        std::min(text.size(), text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1));
  }
  return text;
}

} // namespace

std::string_view to_string(smoke_verdict::kind x) {
  switch (x) {
  case kind::pass:
    return "pass";
  case kind::fail:
    return "FAIL";
  case kind::skipped:
    return "skipped";
  }
  return "unknown";
}

smoke_verdict judge_workers(const std::vector<smoke_worker>& workers) {
  for (const auto* cap : {vllm_cap, jetson_cap})
    if (live_with(workers, cap).empty())
      return {kind::fail, "no live worker has " + std::string{cap}
                              + "; is its runner started, and does its model answer? See openclaw workers"};
  for (const auto& x : workers)
    if (x.live && has_cap(x, vllm_cap) && has_cap(x, jetson_cap))
      return {kind::fail, x.worker_id
                              + " has both caps, so that no row can tell the models apart; see WORKER_CAPS and "
                                "LLM_CAP of its runner"};
  return {kind::pass, std::string{vllm_cap} + ": " + listed(live_with(workers, vllm_cap)) + "; " + jetson_cap + ": "
                          + listed(live_with(workers, jetson_cap))};
}

smoke_verdict judge(const smoke_row& row, const std::string& repo, const smoke_evidence& x,
                    const std::vector<smoke_worker>& workers, const smoke_secrets& secrets) {
  for (const auto& wrong :
       {problem_of_secrets(x.document, x.shown, secrets), problem_of_end(x), problem_of_requires(row.cap, x),
        problem_of_claims(x, workers), problem_of_content(row, repo, x, workers)})
    if (wrong)
      return {kind::fail, *wrong};
  return {kind::pass, note_on(row, x)};
}

smoke_verdict judge_every_job(const std::vector<smoke_evidence>& jobs, const std::vector<smoke_worker>& workers) {
  for (const auto& x : jobs)
    for (const auto& wrong : {problem_of_end(x), problem_of_claims(x, workers)})
      if (wrong)
        return {kind::fail, "job " + x.job_id + ": " + *wrong};
  return {kind::pass, std::to_string(jobs.size()) + " jobs"};
}

smoke_verdict judge_said(const std::string& answer, const std::string& said, const smoke_secrets& secrets) {
  if (const auto wrong = problem_of_secrets(said, said, secrets))
    return {kind::fail, "in Discord " + *wrong};
  if (trimmed(said).empty())
    return {kind::fail, "the bot said nothing to it in Discord"};
  if (!holds(said, first_words(answer)))
    return {kind::fail, "the bot did not say what the job answered, but " + quoted(said)};
  return {kind::pass, ""};
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& x : names)
    text += (text.empty() ? "" : ", ") + named(x);
  return text;
}

std::vector<std::string> claimers_of(const smoke_evidence& x) {
  std::vector<std::string> ids;
  for (const auto& event : x.events)
    if (event.what.kind == job_event_kind::claimed)
      ids.push_back(event.what.worker_id);
  return ids;
}

std::string answerer_of(const smoke_evidence& x) {
  const auto ids = claimers_of(x);
  return ids.empty() ? "" : ids.back();
}

bool shows_password_file(std::string_view text) {
  for (auto at = text.find(":x:"); at != std::string_view::npos; at = text.find(":x:", at + 1)) {
    const bool name = at > 0 && (is_alnum(text[at - 1]) || text[at - 1] == '-' || text[at - 1] == '_');
    auto rest = text.substr(at + 3);
    const auto user = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (!name || user == 0 || user == rest.size() || rest[user] != ':')
      continue;
    rest.remove_prefix(user + 1);
    const auto group = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (group > 0 && group < rest.size() && rest[group] == ':')
      return true;
  }
  return false;
}

} // namespace claw
