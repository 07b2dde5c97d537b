#include "actors/domain/endpoint_health.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;
using sign = endpoint_health::sign;

TEST_CASE("an endpoint is not up before it has answered", "[endpoint_health]") {
  endpoint_health x;
  CHECK_FALSE(x.is_known());
  CHECK_FALSE(x.is_up());
  x.probed(sign::answers, "");
  CHECK(x.is_known());
  CHECK(x.is_up());
  CHECK(x.why().empty());
}

TEST_CASE("an endpoint that cannot be reached is down at once and says why", "[endpoint_health]") {
  endpoint_health x;
  x.probed(sign::answers, "");
  x.probed(sign::away, "no connection");
  CHECK_FALSE(x.is_up());
  CHECK(x.why() == "no connection");
  x.probed(sign::answers, "");
  CHECK(x.is_up());
}

TEST_CASE("an endpoint that is slow once is only busy, twice it is down", "[endpoint_health]") {
  endpoint_health x;
  x.probed(sign::answers, "");
  x.probed(sign::slow, "no answer within 2000 ms");
  CHECK(x.is_up());
  x.probed(sign::slow, "no answer within 2000 ms");
  CHECK_FALSE(x.is_up());
}

TEST_CASE("a slow endpoint that was never up is down", "[endpoint_health]") {
  endpoint_health x;
  x.probed(sign::slow, "no answer within 2000 ms");
  CHECK(x.is_known());
  CHECK_FALSE(x.is_up());
}

TEST_CASE("five faults in a row open the circuit, and one answer between them does not",
          "[endpoint_health]") {
  endpoint_health x;
  x.answered();
  for (int i = 0; i < 4; ++i)
    CHECK_FALSE(x.faulted("500"));
  x.answered();
  for (int i = 0; i < 4; ++i)
    CHECK_FALSE(x.faulted("500"));
  CHECK(x.is_up());
  CHECK(x.faulted("500"));
  CHECK_FALSE(x.is_up());
  CHECK(x.why() == "5 requests in a row failed: 500");
}

TEST_CASE("after a probe one request may try, and its fault opens the circuit again",
          "[endpoint_health]") {
  endpoint_health x;
  x.answered();
  for (int i = 0; i < 5; ++i)
    x.faulted("500");
  x.probed(sign::answers, "");
  CHECK(x.is_up());
  CHECK(x.faulted("500"));
  CHECK_FALSE(x.is_up());
}

TEST_CASE("probes of a dead endpoint slow down, up to their longest pause", "[endpoint_health]") {
  endpoint_health x;
  auto last = 0ms;
  for (int i = 0; i < 12; ++i) {
    x.probed(sign::away, "no connection");
    CHECK(x.next_probe(0) >= last);
    CHECK(x.next_probe(~uint64_t{0}) <= endpoint_health::probe_pause_max);
    last = x.next_probe(0);
  }
  CHECK(last >= endpoint_health::probe_pause_max / 2);
  x.answered();
  CHECK(x.next_probe(0) == endpoint_health::watch_pause);
}

TEST_CASE("a circuit that opens again and again is probed ever more rarely", "[endpoint_health]") {
  endpoint_health x;
  x.answered();
  for (int i = 0; i < 5; ++i)
    x.faulted("500");
  const auto first = x.next_probe(0);
  x.probed(sign::answers, "");
  x.faulted("500");
  x.probed(sign::answers, "");
  x.faulted("500");
  CHECK(x.next_probe(0) > first);
}
