// When a step is over: the broker has what came of it, or does not answer.
#include "actors/runner/progress_actor.hpp"
#include "test/support/run_fixture.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

/// Progress under the test's hand: it is the claim that sends and hears, and the link that answers when it is told to.
struct progress_fixture : run_fixture {
  progress_fixture() {
    link = sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](const events_order& x) {
                sent.push_back(x.events_json);
                promises.push_back(self->make_response_promise());
                return caf::response_promise{promises.back()};
              },
              [this](const events_answer& x) { promises.back().deliver(x); }};
    });
    progress_config x;
    x.link = link;
    x.codec = std::make_shared<plain_task_codec>();
    progress = sys.spawn(progress_actor, std::move(x));
    claim = sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](const run_progress& told) { self->send(progress, told); },
              [this](const checkpoint_settled&) { ++settled; }};
    });
  }

  ~progress_fixture() {
    for (const auto& x : {link, progress})
      caf::anon_send_exit(x, caf::exit_reason::kill);
    settle();
    link = progress = nullptr;
  }

  void tells(const char* type) {
    caf::anon_send(claim, run_progress{"job-1", "lease-1", type, "{}"});
    settle();
  }

  void answers(outcome<worker_api::reported> what) {
    caf::anon_send(link, events_answer{std::move(what)}); // a promise is kept in its actor's own turn
    settle();
  }

  caf::actor link, progress;
  std::vector<std::string> sent;
  std::vector<caf::response_promise> promises;
  int settled = 0;
};

} // namespace

TEST_CASE_METHOD(run_fixture, "the model is asked for the next step when the broker has the one before",
                 "[llm_run][actors]") {
  settles_checkpoints = false;
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  chat->then_says("there is demo");
  start_task("look");
  settle();
  CHECK(shown("checkpoint").size() == 1);
  CHECK(chat->requests().size() == 1);
  caf::anon_send(run, checkpoint_settled{"job-1", "lease-1"});
  settle();
  CHECK(chat->requests().size() == 2);
  CHECK(ended().text == "there is demo||repo_list+");
}

TEST_CASE_METHOD(run_fixture, "a broker that does not answer holds a run up for two seconds", "[llm_run][actors]") {
  settles_checkpoints = false;
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  chat->then_says("there is demo");
  start_task("look");
  settle();
  pass(1'900ms);
  CHECK(chat->requests().size() == 1);
  pass(100ms);
  CHECK(ended().text == "there is demo||repo_list+");
}

TEST_CASE_METHOD(run_fixture, "a run that waits for the broker can be cancelled", "[llm_run][actors][cancel]") {
  settles_checkpoints = false;
  tools->tool("repo_list", "demo");
  chat->then_calls({{"repo_list", "{}"}});
  start_task("look");
  settle();
  cancel();
  settle();
  CHECK(ended().what == run_outcome::kind::cancelled);
  pass(3s);
  CHECK(chat->requests().size() == 1);
}

TEST_CASE_METHOD(progress_fixture, "a checkpoint goes out at once, other progress twice a second",
                 "[progress][actors]") {
  tells("status");
  answers(worker_api::reported{});
  tells("status");
  CHECK(sent.size() == 1);
  tells("checkpoint");
  REQUIRE(sent.size() == 2); // with the status before it
  CHECK(settled == 0);
  answers(worker_api::reported{});
  CHECK(settled == 1);
}

TEST_CASE_METHOD(progress_fixture, "a checkpoint goes out as soon as a batch before it is through",
                 "[progress][actors]") {
  tells("status");
  tells("checkpoint");
  CHECK(sent.size() == 1);
  answers(worker_api::reported{});
  REQUIRE(sent.size() == 2);
  answers(worker_api::reported{});
  CHECK(settled == 1);
}

TEST_CASE_METHOD(progress_fixture, "a checkpoint that does not get through is settled, and tried again",
                 "[progress][actors]") {
  tells("checkpoint");
  answers(failure{ec::unreachable, "no connection"});
  CHECK(settled == 1);
  CHECK(sent.size() == 1);
  pass(500ms);
  CHECK(sent.size() == 2);
}
