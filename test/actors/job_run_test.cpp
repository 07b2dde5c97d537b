#include "test/support/run_fixture.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(run_fixture, "a plain command runs and its result is told", "[job_run][actors]") {
  commands->command("ping", [](const std::string& payload, const stop_token&) {
    return outcome<std::string>{"pong: " + payload};
  });
  start("ping", "x");
  settle();
  CHECK(ended().what == run_outcome::kind::result);
  CHECK(ended().text == "pong: x");
  CHECK(ended().job_id == "job-1");
  CHECK(ended().lease_id == "lease-1");
  CHECK(heard.downs.size() == 1);
}

TEST_CASE_METHOD(run_fixture, "a command that fails gives its sentence, redacted",
                 "[job_run][actors]") {
  commands->command("cat", [](const std::string&, const stop_token&) {
    return outcome<std::string>{failure{ec::tool_failed, std::string{"cannot read "} + run_secret}};
  });
  start("cat", "");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text == "cannot read ***");
}

TEST_CASE_METHOD(run_fixture, "a command that crashes is a failure, not a crash of the claim",
                 "[job_run][actors]") {
  commands->command("ping", [](const std::string&, const stop_token&) -> outcome<std::string> {
    throw std::runtime_error{std::string{"boom "} + run_secret};
  });
  start("ping", "x");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text.find("boom ***") != std::string::npos);
  CHECK(ended().text.find(run_secret) == std::string::npos);
}

TEST_CASE_METHOD(run_fixture, "a cancelled command is told to stop and says nothing more",
                 "[job_run][actors]") {
  bool was_stopped = false;
  commands->command("ping", [&](const std::string&, const stop_token& stop) {
    was_stopped = stop.stopped();
    return outcome<std::string>{"too late"};
  });
  start("ping", "x");
  cancel(); // it is ahead of the command
  settle();
  CHECK(ended().what == run_outcome::kind::cancelled);
  CHECK(ended().text == "cancelled by a user");
  CHECK(was_stopped);
}

TEST_CASE_METHOD(run_fixture, "a job that outlives RESULT_TIMEOUT_SEC fails", "[job_run][actors]") {
  settings.job_time_max = 60s;
  commands->command("ping", [this](const std::string&, const stop_token&) {
    takes(61s);
    pass(0s); // the run notices while the command still sits there
    return outcome<std::string>{"late"};
  });
  start("ping", "x");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text == "job timed out after 60s");
}

TEST_CASE_METHOD(run_fixture, "of a short job's time enough is kept to hand over its answer", "[job_run][actors]") {
  settings.job_time_max = 6s;
  const auto begun = sched.clock().now();
  chat->then_fails(chat_error::timed_out, "silence");
  start_task("what is here?");
  settle();
  takes(2'400ms);
  pass(0ms);
  REQUIRE(chat->requests().size() == 2);
  CHECK(chat->requests()[0].deadline == begun + 2'400ms);
  CHECK(chat->requests()[1].deadline == begun + 4'800ms);
}

TEST_CASE_METHOD(run_fixture, "the tool loop ends with its result", "[job_run][actors]") {
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  chat->then_says("there is demo");
  start_task("what is here?");
  settle();
  CHECK(ended().what == run_outcome::kind::result);
  CHECK(ended().text == "there is demo||repo_list+");
}

TEST_CASE_METHOD(run_fixture, "a tool loop that crashes becomes a redacted failure",
                 "[job_run][actors]") {
  settings.allowed_tools = {"repo_list"};
  struct broken_toolbox : scripted_toolbox {
    std::vector<tool_spec> specs() const override {
      throw std::runtime_error{std::string{"boom "} + run_secret};
    }
  };
  tools = std::make_shared<broken_toolbox>();
  start_task("what is here?");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text.find("boom ***") != std::string::npos);
}

TEST_CASE_METHOD(run_fixture, "without an endpoint an llm_task says what to set",
                 "[job_run][actors]") {
  with_model = false;
  start_task("what is here?");
  settle();
  CHECK(ended().what == run_outcome::kind::failure);
  CHECK(ended().text == "LLM not configured (set LLM_BASE_URL and LLM_MODEL)");
}

TEST_CASE_METHOD(run_fixture, "a run ends with its claim", "[job_run][actors]") {
  chat->then_fails(chat_error::overloaded, "busy");
  start_task("what is here?");
  settle();
  caf::anon_send_exit(claim, caf::exit_reason::user_shutdown);
  settle();
  pass(60s);
  CHECK(chat->requests().size() == 1);
  CHECK(heard.outcomes.empty());
}
