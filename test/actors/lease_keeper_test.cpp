#include "test/support/still_runner.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

worker_api::renewed granted(bool cancel = false) {
  return {true, 0, cancel};
}

} // namespace

TEST_CASE("a lease is renewed every third of its term while the work goes on",
          "[lease_keeper][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1", 300);
  x.start();
  x.pass(99s);
  CHECK(x.broker.renewals == 0);
  x.pass(2s);
  CHECK(x.broker.renewals == 1);
  x.pass(900s);
  CHECK(x.broker.renewals == 10);
  CHECK(x.works.at("j1").told.empty());
}

TEST_CASE("renewals end with the work", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1", 3);
  x.start();
  x.pass(5s);
  const auto renewals = x.broker.renewals;
  CHECK(renewals >= 4);
  x.finish("j1", run_outcome::kind::result, "done");
  x.pass(60s);
  CHECK(x.broker.renewals == renewals);
}

TEST_CASE("a lost lease ends the work and nothing is reported", "[lease_keeper][actors]") {
  for (const auto code : {ec::lease_lost, ec::no_such_job}) {
    still_runner x;
    x.broker.on_renew = [code]() -> outcome<worker_api::renewed> { return failure{code, "gone"}; };
    x.broker.grant("j1", "L1", 60);
    x.broker.grant("j2", "L2", 60);
    x.start();
    x.pass(21s);
    CHECK(x.works.at("j1").told == std::vector<std::string>{"gone"});
    CHECK(x.broker.reports.empty());
    CHECK(x.broker.released.empty());
    CHECK(x.works.count("j2") == 1); // the slot is free again
  }
}

TEST_CASE("a result that is here when its lease is found lost is offered to the broker", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.on_renew = []() -> outcome<worker_api::renewed> { return failure{ec::lease_lost, "gone"}; };
  x.broker.grant("j1", "L1", 60);
  x.broker.grant("j1", "L2", 60); // the broker has it in its queue again
  x.start();
  x.pass(20'050ms);
  CHECK(x.works.at("j1").told.empty());
  x.finish("j1", run_outcome::kind::result, "the model had answered while this machine slept");
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].lease_id == "L1");
  CHECK(x.broker.order.back() == "report");
  CHECK(x.broker.claims_asked == 2); // after it
}

TEST_CASE("no renewal for a whole lease loses the job", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.on_renew = []() -> outcome<worker_api::renewed> {
    return failure{ec::unreachable, "no connection"};
  };
  x.broker.grant("j1", "L1", 60);
  x.start();
  x.pass(59s);
  CHECK(x.works.at("j1").told.empty());
  CHECK(x.broker.renewals >= 3);
  x.pass(2s);
  CHECK(x.works.at("j1").told.size() == 1);
  CHECK(x.broker.reports.empty());
}

TEST_CASE("one renewal that gets through saves the job", "[lease_keeper][actors]") {
  still_runner x;
  int tries = 0;
  x.broker.on_renew = [&tries]() -> outcome<worker_api::renewed> {
    if (++tries % 3 == 0)
      return granted();
    return failure{ec::unreachable, "no connection"};
  };
  x.broker.grant("j1", "L1", 60);
  x.start();
  x.pass(600s);
  CHECK(x.works.at("j1").told.empty());
}

TEST_CASE("a cancel in the answer to a renewal becomes the failure cancelled",
          "[lease_keeper][actors]") {
  still_runner x;
  x.broker.on_renew = [] { return granted(true); };
  x.broker.grant("j1", "L1", 60);
  x.start();
  x.pass(21s);
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].what == run_report::kind::failure);
  CHECK(x.broker.reports[0].text == "cancelled");
}

TEST_CASE("a lease lost after a cancel still reports nothing", "[lease_keeper][actors]") {
  still_runner x;
  x.stubborn = true;
  bool lost = false;
  x.broker.on_renew = [&lost]() -> outcome<worker_api::renewed> {
    if (lost)
      return failure{ec::lease_lost, "lease lost"};
    return granted(true);
  };
  x.broker.grant("j1", "L1", 60);
  x.start();
  x.pass(21s);
  lost = true;
  x.pass(21s);
  x.finish("j1", run_outcome::kind::cancelled, "at last");
  CHECK(x.broker.reports.empty());
}

TEST_CASE("an old broker is asked for one renewal and the work goes on", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.on_renew = [] { return worker_api::renewed{false, 0, false}; };
  x.broker.grant("j1", "", 0);
  x.start();
  x.pass(600s);
  CHECK(x.broker.renewals == 1);
  CHECK(x.works.at("j1").told.empty());
  x.finish("j1", run_outcome::kind::result, "done");
  CHECK(x.broker.reports.size() == 1);
}

TEST_CASE("a cancel reaches the work within a second, long before the next renewal",
          "[lease_keeper][actors][cancel]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  x.pass(3s);
  const auto renewals = x.broker.renewals;
  x.broker.on_ask = [] { return worker_api::reported{true, true}; };
  x.pass(600ms);
  CHECK(x.works.at("j1").told.size() == 1);
  CHECK(x.broker.renewals == renewals);
  REQUIRE(x.broker.reports.size() == 1);
  CHECK(x.broker.reports[0].text == "cancelled");
}

TEST_CASE("a job that was taken away is noticed within a second", "[lease_keeper][actors][cancel]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  x.broker.on_ask = []() -> outcome<worker_api::reported> {
    return failure{ec::lease_lost, "lease lost"};
  };
  x.pass(1s);
  CHECK(x.works.at("j1").told.size() == 1);
  CHECK(x.broker.reports.empty());
  CHECK(x.broker.released.empty());
}

TEST_CASE("a broker that is away while it is asked costs nothing", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.grant("j1", "L1");
  x.start();
  x.broker.on_ask = []() -> outcome<worker_api::reported> {
    return failure{ec::unreachable, "no connection"};
  };
  x.pass(10s);
  CHECK(x.works.at("j1").told.empty());
  CHECK(x.broker.asks > 10);
}

TEST_CASE("an old broker is asked once whether a job is still wanted", "[lease_keeper][actors]") {
  still_runner x;
  x.broker.grant("j1", "", 0);
  x.broker.on_ask = [] { return worker_api::reported{false, false}; };
  x.start();
  x.pass(10s);
  CHECK(x.broker.asks == 1);
}
