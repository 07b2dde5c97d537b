#include "actors/domain/lease_watch.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;
using verdict = lease_watch::verdict;

namespace {

const lease_watch::time_point start{1h};

lease_watch watch_of(std::chrono::milliseconds term) {
  return {term, start};
}

} // namespace

TEST_CASE("a lease is renewed every third of its term", "[lease_watch]") {
  auto watch = watch_of(60s);
  CHECK(watch.interval() == 20s);
  const auto next = watch.after(renewal_end::renewed, start + 20s, start + 21s);
  CHECK(next.what == verdict::go_on);
  CHECK(next.pause == 20s);
}

TEST_CASE("a lease that was renewed counts from when the renewal was sent", "[lease_watch]") {
  auto watch = watch_of(60s);
  watch.after(renewal_end::renewed, start + 20s, start + 25s);
  CHECK(watch.after(renewal_end::failed, start + 79s, start + 79s).what == verdict::go_on);
  CHECK(watch.after(renewal_end::failed, start + 80s, start + 80s).what == verdict::lost);
}

TEST_CASE("renewals that fail are tried sooner and never past the end", "[lease_watch]") {
  auto watch = watch_of(60s);
  CHECK(watch.after(renewal_end::failed, start + 20s, start + 20s).pause == 10s);
  CHECK(watch.after(renewal_end::failed, start + 55s, start + 55s).pause == 5s);
}

TEST_CASE("a job that was taken is lost at once", "[lease_watch]") {
  auto watch = watch_of(60s);
  CHECK(watch.after(renewal_end::taken, start + 1s, start + 1s).what == verdict::lost);
}

TEST_CASE("an old broker is left alone", "[lease_watch]") {
  auto watch = watch_of(60s);
  CHECK(watch.after(renewal_end::unsupported, start + 1s, start + 1s).what == verdict::quiet);
}

TEST_CASE("the term of a lease is read from the broker's clock alone", "[lease_watch]") {
  CHECK(lease_term_of(1'000'000, 1'000'090) == 90s);
  CHECK(lease_term_of(std::nullopt, 1'000'090) == 60s);
  CHECK(lease_term_of(1'000'000, std::nullopt) == 60s);
  CHECK(lease_term_of(1'000'000, 999'999) == 60s);
  CHECK(lease_term_of(-5, INT64_MAX) == 60s);
  CHECK(lease_term_of(0, INT64_MAX) == 86'400s);
}
