#include "net/answer_text.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace claw;

namespace {

remote_job done_job(std::string command, std::string result) {
  remote_job job;
  job.id = "id-1";
  job.status = "done";
  job.outcome = "done";
  job.command = std::move(command);
  job.result = std::move(result);
  job.worker_id = "laptop";
  return job;
}

std::string shown(const std::string& command, const std::string& result,
                  text_style style = text_style::chat) {
  return answer_of(done_job(command, result), redactor{}, style).text;
}

std::string envelope(const std::string& data, const char* truncated = "false") {
  return R"({"ok":true,"worker_id":"w","command":"c","repo":"r","error":null,"truncated":)"
         + std::string{truncated} + R"(,"data":)" + data + "}";
}

} // namespace

TEST_CASE("plain results are shown as they are", "[answer_text]") {
  CHECK(shown("ping", "pong: hi\n") == "pong: hi");
  CHECK(shown("capabilities", R"({"worker_id":"w"})") == R"({"worker_id":"w"})");
  CHECK(shown("repo_list", "[1,2]") == "[1,2]");
  CHECK(shown("repo_list", "{\"a\"") == "{\"a\"");
}

TEST_CASE("repo envelopes are shown as text", "[answer_text]") {
  CHECK(shown("repo_list", envelope(R"({"repos":[{"name":"a","path":"/x/a"},{"name":"b"}]})"))
        == "- a\n- b");
  CHECK(shown("repo_list", envelope(R"({"repos":[]})")) == "No repos.");
  CHECK(shown("repo_status", envelope(R"({"branch":"main","dirty":true,"porcelain":" M a\n"})"))
        == "Branch: main\nDirty: yes\n```\n M a\n```");
  CHECK(shown("repo_status", envelope(R"({"branch":"main","dirty":false,"porcelain":""})"))
        == "Branch: main\nDirty: no");
  CHECK(
      shown("repo_last_commit", envelope(R"({"hash":"abc","author":"A","date":"D","subject":"S"})"))
      == "abc S\nA, D");
  CHECK(shown("repo_grep", envelope(R"({"matches":"a:1:x\nb:2:y"})", "true"))
        == "```\na:1:x\nb:2:y\n```\n*(truncated)*");
  CHECK(shown("repo_grep", envelope(R"({"matches":""})")) == "No matches.");
  CHECK(shown("repo_readfile", envelope(R"({"path":"p","start":1,"end":2,"content":"a\nb\n"})"))
        == "p, lines 1 to 2\n```\na\nb\n```");
}

TEST_CASE("answers about the history begin with the repo and the commit", "[answer_text]") {
  const std::string hash = "0123456789abcdef0123456789abcdef01234567";
  const auto at = R"("at":"r@)" + hash + R"(",)";
  CHECK(shown("repo_log",
              envelope("{" + at + R"("path":"src","commits":[{"hash":")" + hash
                       + R"(","author":"A <a@b>","date":"2026-01-02T03:04:05+00:00","subject":"S"},5]})"))
        == "r@0123456789ab, src\n```\n0123456789ab 2026-01-02 A <a@b>: S\n```");
  CHECK(shown("repo_log", envelope("{" + at + R"("path":"","commits":[]})")) == "r@0123456789ab\nNo commits.");
  CHECK(shown("repo_diff", envelope("{" + at + R"("from":")" + hash + R"(","to":null,"diff":"-a\n+b\n"})", "true"))
        == "r@0123456789ab: 0123456789ab to what is not committed\n```\n-a\n+b\n```\n*(truncated)*");
  CHECK(shown("repo_show", envelope("{" + at + R"("author":"A","date":"D","subject":"S","body":"B","diff":""})"))
        == "r@0123456789ab\nA, D\nS\n\nB\nNo changes.");
  CHECK(shown("repo_blame", envelope("{" + at + R"("path":"p","start":1,"end":2,"lines":"x (A 1) a\n"})"))
        == "r@0123456789ab, p, lines 1 to 2\n```\nx (A 1) a\n```");
  CHECK(shown("repo_tree", envelope("{" + at + R"("path":"","entries":"a/\n"})"), text_style::terminal)
        == "r@0123456789ab\na/");
  CHECK(shown("repo_tree", envelope("{}")) == "\nNothing in it.");
}

TEST_CASE("a terminal gets no code fences", "[answer_text]") {
  CHECK(shown("repo_grep", envelope(R"({"matches":"a:1:x\n"})"), text_style::terminal) == "a:1:x");
  CHECK(shown("repo_readfile", envelope(R"({"path":"p","start":1,"end":1,"content":"a\n"})"),
              text_style::terminal)
        == "a");
}

TEST_CASE("content cannot end the block that it stands in", "[answer_text]") {
  CHECK(shown("repo_grep", envelope(R"({"matches":"a ``` b ```` c"})"))
        == "`````\na ``` b ```` c\n`````");
}

TEST_CASE("a result of a strange shape is shown, not feared", "[answer_text]") {
  CHECK(shown("repo_list", R"({"ok":true,"data":5})") == R"({"ok":true,"data":5})");
  CHECK(shown("repo_list", envelope(R"({"repos":[1,"x",null]})")) == "No repos.");
  CHECK(shown("llm_task", R"({"final":5})") == R"({"final":5})");
  CHECK(answer_of(done_job("repo_status", R"({"ok":false,"error":"repo not allowlisted"})"),
                  redactor{}, text_style::chat)
            .failed);
}

TEST_CASE("an answer of a model has a footer", "[answer_text]") {
  const auto x
      = answer_of(done_job("llm_task", R"({"final":"Four.\n","model":"m","worker_id":"w","steps":2,
        "tool_calls":[{"name":"repo_grep"}],"duration_ms":1234,"safety":{"max_steps_reached":true}})"),
                  redactor{}, text_style::terminal);
  CHECK(x.text == "Four.");
  CHECK(x.footer == "m · w · 2 steps · 1 tool call · 1.2 s · step limit reached");
  auto old = done_job("llm_task", R"({"final":"Four.","model":"m"})");
  old.started_s = 10;
  old.finished_s = 13;
  CHECK(answer_of(old, redactor{}, text_style::chat).footer == "m · laptop · 3 s");
}

TEST_CASE("plans say how they are approved", "[answer_text]") {
  CHECK(shown("plan_echo", R"({"type":"plan","plan_id":"p1","summary":"Echo plan for: x"})")
        == "Echo plan for: x\nPlan p1. To approve it: approve p1");
  CHECK(shown("approve_echo", R"x({"plan_id":"p1","status":"approved","note":"no-op (scaffold)"})x")
        == "Plan p1: approved (no-op (scaffold))");
}

TEST_CASE("a failure is one sentence", "[answer_text]") {
  remote_job job;
  job.status = "failed";
  job.error = "path outside repo";
  const auto x = answer_of(job, redactor{}, text_style::chat);
  CHECK(x.text == "Job failed: path outside repo");
  CHECK(x.failed);
  job.error.reset();
  CHECK(answer_of(job, redactor{}, text_style::chat).text == "Job failed: unknown");
}

TEST_CASE("everything that is shown is redacted", "[answer_text]") {
  const redactor redact{{"our-own-token"}};
  auto job = done_job("ping", "pong: our-own-token, run this command");
  const auto x = answer_of(job, redact, text_style::chat);
  CHECK(x.text
        == "⚠️ Output may contain instructions — verify before acting.\npong: ***, run this "
           "command");
  job.payload = "our-own-token";
  CHECK(job_document_json(job, redact).find("our-own-token") == std::string::npos);
  job.status = "failed";
  job.error = "our-own-token";
  CHECK(answer_of(job, redact, text_style::chat).text == "Job failed: ***");
  job.worker_id = "our-own-token";
  CHECK(state_line(job, redact) == "failed on ***");
}

TEST_CASE("the document of a job has the keys of the wire", "[answer_text]") {
  const auto x = nlohmann::json::parse(job_document_json(done_job("ping", "pong: a"), redactor{}));
  for (const char* key : {"id", "created_at", "started_at", "finished_at", "lease_until", "status",
                          "command", "payload", "result", "error", "worker_id", "requires"})
    CHECK(x.contains(key));
  CHECK(x["answer"] == "pong: a");
  CHECK(x["error"].is_null());
}
