#include "actors/domain/claim_pace.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;

TEST_CASE("after a job a runner asks again at once", "[claim_pace]") {
  claim_pace pace;
  CHECK(pace.after(claim_end::granted, 25s, 0s, 7) == 0ms);
}

TEST_CASE("a broker that held the claim is asked again at once", "[claim_pace]") {
  claim_pace pace;
  CHECK(pace.after(claim_end::nothing, 25s, 25s, 7) == 0ms);
}

TEST_CASE("a broker that cannot hold a claim is asked every poll interval", "[claim_pace]") {
  claim_pace pace;
  CHECK(pace.after(claim_end::nothing, 25s, 3ms, 7) == 10s);
  CHECK(pace.after(claim_end::nothing, 25s, 3ms, 7) == 10s);
}

TEST_CASE("a broker that can hold claims and does not is going down: a short pause",
          "[claim_pace]") {
  claim_pace pace;
  pace.after(claim_end::nothing, 25s, 25s, 7);
  CHECK(pace.after(claim_end::nothing, 25s, 3s, 7) == 1s);
}

TEST_CASE("a claim waits for deliveries only so often, and again after a claim failed",
          "[claim_pace]") {
  claim_pace pace;
  for (uint32_t i = 0; i < claim_pace::undelivered_max; ++i) {
    CHECK(pace.delivers_first());
    pace.after_delivery(false);
  }
  CHECK_FALSE(pace.delivers_first());
  pace.after(claim_end::granted, 25s, 0s, 7);
  CHECK_FALSE(pace.delivers_first());
  pace.after(claim_end::failed, 25s, 0s, 7);
  CHECK(pace.delivers_first());
  pace.after_delivery(false);
  pace.after_delivery(true);
  CHECK(pace.undelivered == 0);
}

TEST_CASE("failures in a row wait longer and longer, at most half a minute", "[claim_pace]") {
  claim_pace pace;
  auto last = 0ms;
  for (int i = 0; i < 40; ++i) {
    const auto pause = pace.after(claim_end::failed, 25s, 0s, 0);
    CHECK(pause >= last);
    CHECK(pause <= 30s);
    last = pause;
  }
  CHECK(last == 15s);
  pace.after(claim_end::granted, 25s, 0s, 0);
  CHECK(pace.after(claim_end::failed, 25s, 0s, 0) == 250ms);
}

TEST_CASE("the last half of a pause is random", "[claim_pace]") {
  CHECK(backoff_with_jitter(3, 500ms, 30s, 0) == 1000ms);
  CHECK(backoff_with_jitter(3, 500ms, 30s, 1000) == 2000ms);
  CHECK(backoff_with_jitter(1'000'000, 500ms, 30s, 15'000) == 30s);
}

TEST_CASE("a wrong token is not tried twice a second", "[claim_pace]") {
  claim_pace pace;
  CHECK(pace.after(claim_end::denied, 25s, 0s, 0) >= 5s);
}
