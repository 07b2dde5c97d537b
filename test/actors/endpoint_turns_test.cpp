#include "actors/domain/redaction.hpp"
#include "actors/runner/endpoint_actor.hpp"
#include "test/support/run_fixture.hpp"

#include <map>

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

/// One who wants to ask the model, under the test's hand.
struct asker_notes {
  caf::actor actor;
  bool has_turn = false, waits = false;
  std::string refused;
};

struct turns_fixture : run_fixture {
  explicit turns_fixture(uint32_t requests_max = 1) {
    endpoint_config x;
    x.probe = [this](const stop_token&) {
      ++probes;
      return probe_says;
    };
    x.redact = std::make_shared<redactor>(std::vector<std::string>{run_secret});
    x.name = "tiny";
    x.requests_max = requests_max;
    x.random = [] { return uint64_t{0}; };
    x.detached = false;
    x.on_change = [this](bool answers) { changes += answers ? '+' : '-'; };
    settings.endpoint = sys.spawn(endpoint_actor, std::move(x));
    settle();
  }

  ~turns_fixture() {
    for (auto& [name, x] : askers)
      caf::anon_send_exit(x.actor, caf::exit_reason::kill);
    askers.clear();
    caf::anon_send_exit(settings.endpoint, caf::exit_reason::kill);
    settings.endpoint = nullptr;
    settle();
  }

  asker_notes& wants(const std::string& name) {
    auto& notes = askers[name];
    notes.actor = sys.spawn([this, &notes](caf::event_based_actor* self) -> caf::behavior {
      self->request(settings.endpoint, caf::infinite, turn_wanted{})
          .then([&notes](const turn_answer& x) {
            notes.has_turn = x.what.ok();
            notes.refused = x.what ? "" : x.what.error().why;
          });
      return {
          [&notes](const turn_waits&) { notes.waits = true; },
          [this, self](const turn_over& x) {
            self->send(settings.endpoint, x);
            self->quit();
          },
      };
    });
    settle();
    return notes;
  }

  void ends(const std::string& name, chat_error how = chat_error::none, std::string why = "") {
    caf::anon_send(askers.at(name).actor, turn_over{how, std::move(why)});
    settle();
  }

  outcome<done> probe_says = done{};
  unsigned probes = 0;
  std::string changes; ///< + it answers, - it does not
  std::map<std::string, asker_notes> askers;
};

} // namespace

TEST_CASE("one request is in flight at a time, and turns are in order", "[endpoint][actors]") {
  turns_fixture x;
  CHECK(x.wants("a").has_turn);
  CHECK(x.wants("b").waits);
  CHECK(x.wants("c").waits);
  CHECK_FALSE(x.askers["b"].has_turn);
  x.ends("a");
  CHECK(x.askers["b"].has_turn);
  CHECK_FALSE(x.askers["c"].has_turn);
  x.ends("b");
  CHECK(x.askers["c"].has_turn);
}

TEST_CASE("as many requests are in flight as the endpoint takes", "[endpoint][actors]") {
  turns_fixture x{2};
  CHECK(x.wants("a").has_turn);
  CHECK(x.wants("b").has_turn);
  CHECK_FALSE(x.wants("c").has_turn);
}

TEST_CASE("an asker that dies gives back its turn, or its place in the queue", "[endpoint][actors]") {
  turns_fixture x;
  x.wants("a");
  x.wants("b");
  x.wants("c");
  caf::anon_send_exit(x.askers["b"].actor, caf::exit_reason::kill);
  x.settle();
  caf::anon_send_exit(x.askers["a"].actor, caf::exit_reason::kill);
  x.settle();
  CHECK(x.askers["c"].has_turn);
}

TEST_CASE("after five faults in a row nobody asks until a probe is answered", "[endpoint][actors]") {
  turns_fixture x;
  x.probe_says = failure{ec::timed_out, "no answer within 2000 ms"}; // it is slow, but not gone
  for (int i = 0; i < 5; ++i) {
    const auto name = std::to_string(i);
    CHECK(x.wants(name).has_turn);
    x.probe_says = i < 4 ? outcome<done>{done{}} : failure{ec::unavailable, "out of order"};
    x.ends(name, chat_error::server_fault, "500");
  }
  CHECK_FALSE(x.wants("late").has_turn);
  CHECK(x.askers["late"].refused == "out of order");
  CHECK(x.changes == "+-");
  x.probe_says = done{};
  x.pass(10s);
  CHECK(x.wants("later").has_turn);
  CHECK(x.changes == "+-+");
}

TEST_CASE("who waits for a turn is told when the endpoint goes away", "[endpoint][actors]") {
  turns_fixture x;
  x.wants("a");
  x.wants("b");
  x.probe_says = failure{ec::unreachable, "no connection"};
  x.ends("a", chat_error::loading, "no connection");
  CHECK_FALSE(x.askers["b"].has_turn);
  CHECK(x.askers["b"].refused == "no connection");
}

TEST_CASE("a refusal of the endpoint is a sign of life", "[endpoint][actors]") {
  turns_fixture x;
  const auto probes = x.probes;
  for (int i = 0; i < 8; ++i) {
    const auto name = std::to_string(i);
    CHECK(x.wants(name).has_turn);
    x.ends(name, chat_error::bad_request, "400");
  }
  CHECK(x.probes == probes);
}

TEST_CASE("an endpoint that was heard lately is not probed", "[endpoint][actors]") {
  turns_fixture x;
  const auto probes = x.probes;
  for (int i = 0; i < 6; ++i) {
    const auto name = std::to_string(i);
    x.wants(name);
    x.ends(name);
    x.pass(4s);
  }
  CHECK(x.probes == probes);
  x.pass(30s);
  CHECK(x.probes > probes);
}

TEST_CASE("a task waits for its turn, says so, and is done when its turn comes",
          "[endpoint][actors][llm_run]") {
  turns_fixture x;
  x.wants("other");
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  CHECK(x.chat->requests().empty());
  CHECK(x.shown("status").back().find("queued") != std::string::npos);
  x.ends("other");
  CHECK(x.ended().what == run_outcome::kind::result);
  CHECK(x.wants("next").has_turn);
}

TEST_CASE("a task that is cancelled while it waits leaves the queue", "[endpoint][actors][llm_run]") {
  turns_fixture x;
  x.wants("other");
  x.start_task("what?");
  x.settle();
  x.cancel();
  x.settle();
  CHECK(x.ended().what == run_outcome::kind::cancelled);
  x.ends("other");
  CHECK(x.wants("next").has_turn);
  CHECK(x.chat->requests().empty());
}

TEST_CASE("a task goes on when an endpoint that was away is back", "[endpoint][actors][llm_run]") {
  turns_fixture x;
  x.probe_says = failure{ec::unreachable, "no connection"};
  x.pass(6s); // the watch finds it gone
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  CHECK(x.chat->requests().empty());
  CHECK(x.shown("status").back() == "retry");
  x.probe_says = done{};
  for (int i = 0; i < 60; ++i)
    x.pass(500ms);
  CHECK(x.ended().what == run_outcome::kind::result);
}
