#include "actors/domain/smoke_verdict.hpp"
#include "test/support/catch.hpp"

#include <algorithm>

using namespace claw;
using kind = smoke_verdict::kind;

namespace {

const std::string repo = "openclaw-broker";

smoke_row row_of(smoke_check what) {
  const auto rows = smoke_rows(repo);
  return *std::find_if(rows.begin(), rows.end(), [&](const smoke_row& x) { return x.what == what; });
}

told_event event(job_event_kind what, std::string worker = "") {
  told_event x;
  x.what.kind = what;
  x.what.worker_id = std::move(worker);
  return x;
}

told_event tool(job_event_kind what, std::string name, std::string call, std::string detail, bool failed = false) {
  auto x = event(what, "wsl-vllm");
  x.name = std::move(name);
  x.call_id = std::move(call);
  x.detail = std::move(detail);
  x.failed = failed;
  return x;
}

/// Claimed once by the worker, and done.
smoke_evidence done_by(const std::string& worker, const std::string& cap, const std::string& shown) {
  smoke_evidence x;
  x.job_id = "job-1";
  x.status = job_status::done;
  if (!cap.empty())
    x.required = caps{{cap}};
  x.events = {event(job_event_kind::created), event(job_event_kind::claimed, worker), event(job_event_kind::done)};
  x.shown = x.document = shown;
  return x;
}

smoke_evidence refused_by(const std::string& worker, const std::string& cap, const std::string& error) {
  auto x = done_by(worker, cap, error);
  x.status = job_status::failed;
  x.events.back() = event(job_event_kind::failed);
  return x;
}

std::vector<smoke_worker> house() {
  return {{"wsl-vllm", "1.0", caps::from_list("llm:vllm,repo_tools"), true},
          {"jetson-llm", "1.0", caps::from_list("llm:jetson,repo_tools"), true}};
}

smoke_verdict verdict(smoke_check what, const smoke_evidence& x) {
  return judge(row_of(what), repo, x, house(), {redactor{{"our-own-token"}}, {"our-own-token"}});
}

/// Why it failed; "" when it did not.
std::string trouble(smoke_check what, const smoke_evidence& x) {
  const auto judged = verdict(what, x);
  return judged.what == kind::fail ? judged.why : "";
}

smoke_evidence searched() {
  auto x = done_by("wsl-vllm", vllm_cap, "It is the lease's term.");
  x.events.insert(x.events.begin() + 2, {tool(job_event_kind::tool_call, "repo_grep", "1", R"({"query":"x"})"),
                                         tool(job_event_kind::tool_result, "repo_grep", "1", "")});
  return x;
}

smoke_evidence capable() {
  auto x = done_by("wsl-vllm", "", "{}");
  x.told = told_capabilities{"wsl-vllm", "1.0", {"ping", "llm_task", "llm:vllm"}};
  return x;
}

smoke_evidence waited() {
  auto x = done_by("jetson-llm", jetson_cap, "4");
  x.waited_without_claim = true;
  x.why_it_waited = "It waits for a worker that has llm:jetson.";
  return x;
}

} // namespace

TEST_CASE("the rows are those of the runbook, in its order", "[smoke]") {
  const auto rows = smoke_rows("my-repo");
  CHECK(rows.size() == 14);
  CHECK(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.section < b.section; }));
  CHECK(row_of(smoke_check::repo_status).line == "repostat openclaw-broker");
  CHECK(rows[6].line == "repostat my-repo");
  CHECK((is_steered(rows[1].what) && rows[1].cap == vllm_cap && is_steered(rows[2].what) && rows[2].cap == jetson_cap));
}

TEST_CASE("each model needs a live worker of its own", "[smoke]") {
  auto workers = house();
  CHECK(judge_workers(workers).what == kind::pass);
  workers[1].live = false;
  CHECK(judge_workers(workers).why.starts_with("no live worker has llm:jetson"));
  workers[1].live = true;
  workers[0].can = caps::from_list("llm:vllm,llm:jetson");
  CHECK(judge_workers(workers).why.starts_with("wsl-vllm has both caps"));
  CHECK(judge_workers({}).what == kind::fail);
}

TEST_CASE("a ping passes with its words alone", "[smoke]") {
  CHECK(verdict(smoke_check::hello, done_by("wsl-vllm", "", "pong: hello")) == smoke_verdict{kind::pass, ""});
  CHECK(trouble(smoke_check::hello, done_by("wsl-vllm", "", "pong: hi")) == "it says \"pong: hi\"");
  CHECK(trouble(smoke_check::hello, refused_by("wsl-vllm", "", "no such command")) == "it failed: \"no such command\"");
  CHECK(trouble(smoke_check::hello, done_by("wsl-vllm", "", " \n")) == "its answer is empty");
}

TEST_CASE("a job that has not ended fails with the broker's reason", "[smoke]") {
  auto x = done_by("wsl-vllm", "", "");
  x.status = job_status::queued;
  x.why = "It waits for a worker: none is connected.";
  CHECK(trouble(smoke_check::hello, x) == "it has not ended: it is queued. It waits for a worker: none is connected.");
}

TEST_CASE("a worker without the cap, or nobody, fails the row", "[smoke]") {
  auto x = searched();
  CHECK(verdict(smoke_check::vllm, x).what == kind::pass);
  x.events[1].what.worker_id = "jetson-llm";
  CHECK(trouble(smoke_check::vllm, x) == "jetson-llm claimed it without llm:vllm");
  x.events[1].what.worker_id = "stranger";
  CHECK(trouble(smoke_check::vllm, x) == "stranger claimed it, whom the broker does not list");
  x.events.erase(x.events.begin() + 1);
  CHECK(trouble(smoke_check::vllm, x) == "nobody claimed it");
}

TEST_CASE("a job that requires something else fails the row", "[smoke]") {
  CHECK(trouble(smoke_check::jetson, done_by("jetson-llm", "", "so")) == "it requires nothing instead of llm:jetson");
  CHECK(trouble(smoke_check::any_model, done_by("jetson-llm", jetson_cap, "so"))
        == "it requires llm:jetson instead of nothing");
}

TEST_CASE("a second attempt is thrash", "[smoke]") {
  auto x = done_by("wsl-vllm", "", "pong: hello");
  auto again = event(job_event_kind::requeued);
  again.what.why = "lease_expired";
  x.events.insert(x.events.begin() + 2, again);
  CHECK(trouble(smoke_check::hello, x) == "it was queued again: lease_expired");
  x.events.insert(x.events.begin() + 3, event(job_event_kind::claimed, "jetson-llm"));
  CHECK(trouble(smoke_check::hello, x) == "it was claimed 2 times: wsl-vllm, jetson-llm");
}

TEST_CASE("vLLM must have looked into a repository, the Jetson need not", "[smoke]") {
  auto x = searched();
  x.events[3].failed = true;
  CHECK(trouble(smoke_check::vllm, x) == "no repo_grep or repo_readfile of it has brought anything");
  x.events[3].failed = false;
  x.events[3].name = "repo_list";
  CHECK_FALSE(trouble(smoke_check::vllm, x).empty());
  CHECK(verdict(smoke_check::jetson, done_by("jetson-llm", jetson_cap, "so"))
        == smoke_verdict{kind::pass, "it did not look into a repository"});
}

TEST_CASE("capabilities must be those of the worker that answered", "[smoke]") {
  CHECK(verdict(smoke_check::capabilities, capable()).what == kind::pass);
  auto x = capable();
  x.told->worker_id = "jetson-llm";
  CHECK(trouble(smoke_check::capabilities, x) == "it names the worker jetson-llm, and wsl-vllm answered");
  x = capable();
  x.told->version.clear();
  CHECK(trouble(smoke_check::capabilities, x) == "its answer has no version");
  x = capable();
  x.told->names = {"llm:vllm"};
  CHECK(trouble(smoke_check::capabilities, x) == "llm_task is not among its capabilities");
  x.told->names = {"llm_task", "llm:jetson"};
  CHECK(trouble(smoke_check::capabilities, x).starts_with("no llm: cap that the broker knows of this worker"));
  x.told.reset();
  CHECK(trouble(smoke_check::capabilities, x).starts_with("its answer is no JSON"));
}

TEST_CASE("the repository must be listed", "[smoke]") {
  auto x = done_by("wsl-vllm", "", "- other");
  x.repo_names = {"other"};
  CHECK(trouble(smoke_check::repos, x) == "openclaw-broker is not among the repositories of wsl-vllm: other");
  x.repo_names.push_back(repo);
  CHECK(verdict(smoke_check::repos, x).what == kind::pass);
}

TEST_CASE("a path outside is refused with the guard's words, and nothing comes of it", "[smoke]") {
  const std::string refusal = "path must be relative and not contain ..";
  CHECK(verdict(smoke_check::escape, refused_by("wsl-vllm", vllm_cap, refusal)).what == kind::pass);
  CHECK(verdict(smoke_check::path_guard, refused_by("wsl-vllm", "", "path outside repo")).what == kind::pass);
  CHECK(trouble(smoke_check::escape, refused_by("wsl-vllm", vllm_cap, "the model is away"))
            .starts_with("it was refused with other words"));
  CHECK(trouble(smoke_check::path_guard, done_by("wsl-vllm", "", "some content"))
            .starts_with("it was refused with other"));
  CHECK(trouble(smoke_check::escape, done_by("wsl-vllm", vllm_cap, "root:x:0:0:root:/root:/bin/bash"))
        == "it shows lines of a password file");
}

TEST_CASE("a model that does not try the path passes, one whose tool got out does not", "[smoke]") {
  auto x = done_by("wsl-vllm", vllm_cap, "I may not read that.");
  CHECK(verdict(smoke_check::escape, x).why == "the model did not try the path; the next row does");
  x.events.insert(x.events.begin() + 2,
                  {tool(job_event_kind::tool_call, "repo_readfile", "7", R"({"path":"../../etc/passwd"})"),
                   tool(job_event_kind::tool_result, "repo_readfile", "7", "", true)});
  CHECK(verdict(smoke_check::escape, x).what == kind::pass);
  x.events[3].failed = false;
  CHECK(trouble(smoke_check::escape, x) == "a tool was let out of the repository");
}

TEST_CASE("no answer may show a token or what looks like one", "[smoke]") {
  CHECK(trouble(smoke_check::any_model, done_by("wsl-vllm", "", "it is our-own-token"))
        == "it shows one of our tokens");
  auto x = done_by("wsl-vllm", "", "fine");
  x.document = R"({"hidden":"our-own-token"})";
  CHECK(trouble(smoke_check::any_model, x) == "it shows one of our tokens");
  const auto other = "ghp_" + std::string{"16C7e42F292c6912E7710c838347Ae178B4a"};
  CHECK(trouble(smoke_check::any_model, done_by("wsl-vllm", "", other))
        == "what it says holds something that looks like a credential");
}

TEST_CASE("the job of a stopped worker waits, and says for whom", "[smoke]") {
  CHECK(verdict(smoke_check::away, waited())
        == smoke_verdict{kind::pass, "It waits for a worker that has llm:jetson."});
  auto x = waited();
  x.waited_without_claim = false;
  CHECK(trouble(smoke_check::away, x) == "it did not wait for its worker: jetson-llm claimed it");
  x = waited();
  x.why_it_waited = "It waits for its turn.";
  CHECK(trouble(smoke_check::away, x)
        == "the broker does not say that it waits for llm:jetson: \"It waits for its turn.\"");
}

TEST_CASE("at the end no job may be open or claimed twice", "[smoke]") {
  const auto good = searched();
  CHECK(judge_every_job({good, good}, house()) == smoke_verdict{kind::pass, "2 jobs"});
  auto open = good;
  open.job_id = "job-9";
  open.status = job_status::running;
  CHECK(judge_every_job({good, open}, house()).why == "job job-9: it has not ended: it is running");
}

TEST_CASE("the bot must say in Discord what the job answered, and no secret", "[smoke]") {
  const smoke_secrets secrets{redactor{{"our-own-token"}}, {"our-own-token"}};
  CHECK(judge_said("```\npong: hello\n```", "pong: hello", secrets) == smoke_verdict{kind::pass, ""});
  CHECK(judge_said("pong: hello", "", secrets).why == "the bot said nothing to it in Discord");
  CHECK(judge_said("pong: hello", "Job created: 1", secrets).why
        == "the bot did not say what the job answered, but \"Job created: 1\"");
  CHECK(judge_said("pong", "pong our-own-token", secrets).why == "in Discord it shows one of our tokens");
}

TEST_CASE("lines of a password file are known by their form", "[smoke]") {
  CHECK(shows_password_file("daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin"));
  CHECK(shows_password_file("see\nwww-data:x:33:33:w"));
  CHECK_FALSE(shows_password_file("a map{k:x:1}, std::x:: and k:x:y:z:"));
  CHECK_FALSE(shows_password_file("root:x:"));
  CHECK_FALSE(shows_password_file(":x:0:0:"));
}
