#include "apps/cli/chat_loop.hpp"
#include "apps/cli/cli_exit.hpp"
#include "apps/cli/cli_session.hpp"
#include "test/support/catch.hpp"
#include "test/support/fake_producer.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

struct cli_fixture {
  fake_producer broker;
  cli_options options;
  std::ostringstream out, err;
  bool one_terminal = false;
  std::chrono::steady_clock::time_point now{};
  int interrupts = 0;

  cli_fixture() {
    options.broker_url = "http://127.0.0.1:1";
    options.secrets = {"our-own-token"};
    broker.on_events = [this] { now += 1s; };
    remote_job job;
    job.id = "job-1";
    job.status = "done";
    job.outcome = "done";
    job.command = "ping";
    job.result = "pong: our-own-token";
    job.worker_id = "laptop";
    job.attempt = 1;
    broker.jobs["job-1"] = job;
  }

  cli_world world() {
    return {out,
            err,
            false,
            one_terminal,
            {[this] { return now; }, [this](std::chrono::milliseconds x) { now += x; },
             [this] { return interrupts; }},
            [] { return int64_t{1'000}; },
            "me"};
  }

  int run(const std::string& line) { return cli_session{options, broker, world()}.run_line(line); }
  remote_job& job() { return broker.jobs["job-1"]; }
};

remote_event event(uint64_t sequence, std::string type, std::string data = "") {
  remote_event x;
  x.sequence = sequence;
  x.type = std::move(type);
  x.data_json = std::move(data);
  return x;
}

} // namespace

TEST_CASE_METHOD(cli_fixture, "an answer goes to standard output, redacted", "[cli]") {
  CHECK(run("ping hi") == cli_exit::answered);
  CHECK(out.str() == "pong: ***\n");
  REQUIRE(broker.created.size() == 1);
  CHECK(broker.created[0].command == "ping");
  CHECK(broker.created[0].requester == "me");
}

TEST_CASE_METHOD(cli_fixture, "progress goes to standard error", "[cli]") {
  auto claimed = event(2, "claimed");
  claimed.worker_id = "laptop";
  broker.event_pages
      = {{event(1, "created"), claimed},
         {event(3, "tool_call", R"({"name":"repo_grep","args":{"query":"our-own-token"}})"),
          event(4, "delta", R"({"text":"hidden"})"),
          event(5, "tool_result", R"({"name":"repo_grep","ok":true,"ms":12})"), event(6, "done")}};
  CHECK(run("ask hi") == cli_exit::answered);
  CHECK(err.str()
        == "  job job-1\n  queued\n  claimed by laptop\n  tool repo_grep {\"query\":\"***\"}\n"
           "  tool repo_grep ok, 12 ms\n");
}

TEST_CASE_METHOD(cli_fixture, "quiet shows nothing but the answer", "[cli]") {
  options.quiet = true;
  broker.event_pages = {{event(1, "created"), event(2, "done")}};
  CHECK(run("ask hi") == cli_exit::answered);
  CHECK(err.str().empty());
}

TEST_CASE_METHOD(cli_fixture, "a streamed answer is redacted over its pieces", "[cli]") {
  options.stream = true;
  broker.event_pages = {{event(1, "delta", R"({"text":"it is our-own"})"),
                         event(2, "delta", R"({"text":"-token."})"), event(3, "done")}};
  CHECK(run("ask hi") == cli_exit::answered);
  CHECK(err.str() == "  job job-1\nit is ***.\n");
}

TEST_CASE_METHOD(cli_fixture, "an answer that was streamed to its reader's terminal is not said again", "[cli]") {
  options.stream = true;
  one_terminal = true;
  broker.event_pages = {{event(1, "delta", R"({"text":"I look. "})"), event(2, "tool_call", R"({"name":"repo_list"})"),
                         event(3, "delta", R"({"text":"pong: our-own"})"), event(4, "delta", R"({"text":"-token"})"),
                         event(5, "done")}};
  CHECK(run("ask hi") == cli_exit::answered);
  CHECK(out.str().empty());
  CHECK(err.str().find("pong: ***\n") != std::string::npos);
  run("ask hi"); // nothing is streamed any more
  CHECK(out.str() == "pong: ***\n");
}

TEST_CASE_METHOD(cli_fixture, "control characters of a worker do not reach the terminal", "[cli]") {
  job().result = "a\x1b[2Jb\r\nc";
  CHECK(run("ping hi") == cli_exit::answered);
  CHECK(out.str() == "a[2Jb\nc\n");
}

TEST_CASE_METHOD(cli_fixture, "marks that turn or hide text do not reach the terminal, whole or in pieces", "[cli]") {
  const std::string csi = "\xc2\x9b", override = "\xe2\x80\xae", isolate = "\xe2\x81\xa6", unseen = "\xe2\x80\x8b";
  job().result = "a" + csi + "31mb" + override + isolate + unseen + "\xc3\xbc\x9b!";
  CHECK(run("ping hi") == cli_exit::answered);
  CHECK(out.str() == "a31mb\xc3\xbc\xef\xbf\xbd!\n");
  options.stream = true;
  err.str("");
  // The redactor holds back what may begin a secret, and lets go in the middle of a character.
  options.secrets = {override.substr(1) + "secret"};
  broker.event_pages = {{event(1, "delta", R"({"text":"x)" + override + R"("})"),
                         event(2, "delta", R"({"text":"y"})"), event(3, "done")}};
  CHECK(run("ask hi") == cli_exit::answered);
  CHECK(err.str() == "  job job-1\nxy\n");
}

TEST_CASE_METHOD(cli_fixture, "a failed job is an exit code of its own", "[cli]") {
  job().status = "failed";
  job().outcome = "failed";
  job().error = "repo not allowlisted";
  CHECK(run("repostat x") == cli_exit::job_failed);
  CHECK(out.str().empty());
  CHECK(err.str().find("Job failed: repo not allowlisted\n") != std::string::npos);
}

TEST_CASE_METHOD(cli_fixture, "with --json there is one document", "[cli]") {
  options.json = true;
  CHECK(run("ping hi") == cli_exit::answered);
  const auto x = json::parse(out.str());
  CHECK(x["status"] == "done");
  CHECK(x["answer"] == "pong: ***");
  CHECK(x["result"] == "pong: ***");
}

TEST_CASE_METHOD(cli_fixture, "with --json help is a document, too", "[cli]") {
  options.json = true;
  CHECK(run("help") == cli_exit::answered);
  CHECK(json::parse(out.str())["help"] == chat_help());
}

TEST_CASE_METHOD(cli_fixture, "with --json a job that is left alone is named", "[cli]") {
  options.json = true;
  options.timeout = 5s;
  job().status = "running";
  CHECK(run("ping hi") == cli_exit::timed_out);
  CHECK(json::parse(out.str()) == json({{"id", "job-1"}}));
}

TEST_CASE_METHOD(cli_fixture, "the broker's state comes with its queue, and not without the token", "[cli]") {
  cli_session session{options, broker, world()};
  options.json = true;
  broker.queue = R"({"queued":2})";
  CHECK(session.broker_status() == cli_exit::answered);
  CHECK(json::parse(out.str())
        == json({{"ok", true}, {"version", "1.2"}, {"broker_url", "http://127.0.0.1:1"}, {"queue", {{"queued", 2}}}}));
  out.str("");
  broker.queue_trouble = failure{ec::refused, "the broker is too old"};
  CHECK(session.broker_status() == cli_exit::answered);
  CHECK(json::parse(out.str())["queue"].is_null());
  out.str("");
  broker.queue_trouble = failure{ec::bad_token, "bad bot token"};
  CHECK(session.broker_status() == cli_exit::bad_token);
  CHECK(out.str().empty());
}

TEST_CASE_METHOD(cli_fixture, "a broker without events is asked again and again", "[cli]") {
  broker.events_trouble = failure{ec::refused, std::string{broker_too_old} + " GET /events"};
  job().status = "running";
  job().outcome.clear();
  options.timeout = 5s;
  CHECK(run("ping hi") == cli_exit::timed_out);
  CHECK(err.str().find("Still running. Job ID: job-1") != std::string::npos);
  job().status = "done";
  CHECK(run("ping hi") == cli_exit::answered);
}

TEST_CASE_METHOD(cli_fixture, "a broker that comes back is waited for", "[cli]") {
  int asked = 0;
  broker.on_events = [&] {
    now += 1s;
    if (++asked == 1)
      broker.trouble = failure{ec::unreachable, "no connection"};
    if (asked == 4)
      broker.trouble.reset();
  };
  CHECK(run("ping hi") == cli_exit::answered);
  CHECK(err.str().find("does not answer") != std::string::npos);
}

TEST_CASE_METHOD(cli_fixture, "a broker that stays away is given up", "[cli]") {
  broker.on_events = [&] {
    now += 1s;
    broker.trouble = failure{ec::unreachable, "no connection"};
  };
  CHECK(run("ping hi") == cli_exit::unreachable);
}

TEST_CASE_METHOD(cli_fixture, "troubles have their exit codes", "[cli]") {
  broker.trouble = failure{ec::unreachable, "no connection to 127.0.0.1:1"};
  CHECK(run("ping hi") == cli_exit::unreachable);
  broker.trouble = failure{ec::bad_token, "bad bot token"};
  CHECK(run("jobs") == cli_exit::bad_token);
  broker.trouble = failure{ec::queue_full, "job queue limit reached"};
  CHECK(run("ping hi") == cli_exit::refused);
  broker.trouble.reset();
  CHECK(run("status nobody") == cli_exit::refused);
  CHECK(run("grep") == cli_exit::usage);
  CHECK(err.str().find("Usage: grep <repo> <query> [path]") != std::string::npos);
}

TEST_CASE_METHOD(cli_fixture, "Ctrl-C leaves, and pressed again cancels", "[cli]") {
  job().status = "running";
  interrupts = 1;
  CHECK(run("ping hi") == cli_exit::interrupted);
  CHECK(broker.cancelled.empty());
  interrupts = 2;
  CHECK(run("ping hi") == cli_exit::interrupted);
  CHECK(broker.cancelled == std::vector<std::string>{"job-1"});
}

TEST_CASE_METHOD(cli_fixture, "a prompt may name a model that a worker advertises", "[cli]") {
  remote_worker worker;
  worker.worker_id = "w";
  worker.caps = {"llm:big"};
  broker.known_workers = {worker};
  CHECK(run("ask big: hi") == cli_exit::answered);
  CHECK(broker.created.at(0).requires_json == R"({"caps":["llm:big"]})");
}

TEST_CASE_METHOD(cli_fixture, "jobs, workers and the queue are tables", "[cli]") {
  job().created_s = 990;
  CHECK(run("jobs") == cli_exit::answered);
  CHECK(out.str() == "JOB    COMMAND  STATE  AGE   WORKER\njob-1  ping     done   10 s  laptop\n");
  out.str("");
  CHECK(run("workers") == cli_exit::answered);
  CHECK(out.str() == "No worker has asked for a job yet.\n");
  out.str("");
  broker.queue = R"({"queued":2,"running":1,"waiting_claims":0,"waiting":[
    {"caps":["llm:x"],"queued":2,"oldest_created_at":940,"servable":false}]})";
  CHECK(run("queue") == cli_exit::answered);
  CHECK(out.str()
        == "2 queued, 1 running, 0 workers waiting\n"
           "  2 for [\"llm:x\"], the oldest for 60 s; no live worker has these caps\n");
  options.json = true;
  for (const std::string line : {"jobs", "workers", "queue", "whoami", "cancel job-1"}) {
    out.str("");
    CHECK(run(line) == cli_exit::answered);
    CHECK(json::accept(out.str()));
  }
}

TEST_CASE_METHOD(cli_fixture, "the events of a job are lines", "[cli]") {
  broker.event_pages = {{}, {event(1, "created"), event(2, "usage", "{}"), event(3, "done")}};
  cli_session session{options, broker, world()};
  CHECK(session.events("job-1") == cli_exit::answered);
  CHECK(out.str() == "1  queued\nended: done on laptop, attempt 1\n");
  CHECK(session.broker_status() == cli_exit::answered);
}

TEST_CASE_METHOD(cli_fixture, "a chat runs line after line until quit", "[cli]") {
  std::istringstream in{"ping a\n\n  ping b  \nquit\nping c\n"};
  cli_session session{options, broker, world()};
  bool waits = false;
  const auto lines = lines_of(in, [&](bool x) { waits = x; });
  CHECK(chat_loop(lines, [&](const std::string& line) {
          CHECK_FALSE(waits); // Ctrl-C while a job is under way is not one at the prompt
          return session.run_line(line);
        }) == 0);
  CHECK(broker.created.size() == 2);
}
