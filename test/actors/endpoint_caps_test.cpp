#include "test/support/still_runner.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

runner_system_config with_model_cap() {
  runner_system_config x;
  x.me.caps = caps::from_list("llm:tiny,repo_tools");
  return x;
}

const auto all_caps = caps::from_list("llm:tiny,repo_tools");
const auto without_model = caps::from_list("repo_tools");
const failure refused{ec::unreachable, "127.0.0.1:9: Couldn't connect to server"};

} // namespace

TEST_CASE("the first claim says what the first probe found", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.endpoint_answers = done{};
  x.start();
  CHECK(x.broker.claims_asked == 1);
  CHECK(x.broker.last_seen.caps == all_caps);
  CHECK(x.broker.last_seen.notes.empty());
}

TEST_CASE("an endpoint that is down at the start stops nothing but its cap", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.endpoint_answers = refused;
  x.broker.grant("j1", "L1");
  x.start();
  CHECK(x.works.count("j1") == 1);
  CHECK(x.broker.last_seen.caps == without_model);
  CHECK(x.broker.last_seen.notes
        == "llm:tiny withdrawn: 127.0.0.1:9: Couldn't connect to server");
}

TEST_CASE("the cap comes back by itself when the endpoint does", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.endpoint_answers = refused;
  x.start();
  x.pass(40s);
  CHECK(x.broker.last_seen.caps == without_model);
  CHECK(x.probes < 12);
  x.endpoint_answers = done{};
  x.pass(26s); // the longest pause of a probe and of a claim
  CHECK(x.broker.last_seen.caps == all_caps);
  CHECK(x.broker.last_seen.notes.empty());
}

TEST_CASE("the cap is withdrawn when an idle endpoint stops answering", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.endpoint_answers = done{};
  x.start();
  x.pass(1s);
  x.endpoint_answers = refused;
  x.pass(22s);
  CHECK(x.broker.last_seen.caps == without_model);
}

TEST_CASE("work that runs is not told that the cap was withdrawn", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.endpoint_answers = done{};
  x.broker.grant("j1", "L1");
  x.start();
  x.endpoint_answers = refused;
  x.pass(30s);
  REQUIRE(x.works.count("j1") == 1);
  CHECK(x.works.at("j1").told.empty());
  x.finish("j1", run_outcome::kind::result, "an answer");
  CHECK(x.broker.reports.size() == 1);
  CHECK(x.broker.last_seen.caps == without_model);
}

TEST_CASE("a runner without a model advertises what it was told to", "[endpoint][actors]") {
  still_runner x{with_model_cap()};
  x.start();
  CHECK(x.broker.last_seen.caps == all_caps);
  CHECK(x.broker.last_seen.notes.empty());
}
