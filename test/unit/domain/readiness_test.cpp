#include "actors/domain/readiness.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

constexpr int64_t wall_ms = 1'800'000'000'000;
constexpr int64_t second_us = 1'000'000;

readiness_facts good() {
  readiness_facts x;
  x.wall_ms = wall_ms;
  x.now_us = 100 * second_us;
  return x;
}

/// The names of what is not well.
std::string troubles(const readiness_facts& x) {
  std::string names;
  for (const auto& check : look_at(x))
    if (!check.trouble.empty())
      names += std::string{check.name} + ' ';
  CHECK(all_well(look_at(x)) == names.empty());
  return names;
}

} // namespace

TEST_CASE("a broker where all is well is ready", "[ready]") {
  CHECK(troubles(good()).empty());
}

TEST_CASE("each thing that is wrong is named", "[ready]") {
  auto x = good();
  SECTION("a store that cannot be read") {
    x.store_reads = false;
    CHECK(troubles(x) == "store ");
  }
  SECTION("a store without room for new jobs") {
    x.takes_new_jobs = false;
    CHECK(troubles(x) == "store ");
  }
  SECTION("a full store whose last commit failed") {
    x.takes_new_jobs = false;
    x.last_commit = {ec::store_full, x.now_us - second_us};
    CHECK(troubles(x) == "store commits ");
  }
  SECTION("a queue that does not answer") {
    x.queue_answers = false;
    CHECK(troubles(x) == "queue ");
  }
  SECTION("a clock that nobody has set") {
    x.wall_ms = 86'400'000;
    CHECK(troubles(x) == "clock ");
  }
  SECTION("a clock that was set") {
    x.jump = {-7'200'000, 0};
    CHECK(troubles(x) == "clock ");
    CHECK(look_at(x)[3].trouble.find("back by 7200 s") != std::string::npos);
  }
}

TEST_CASE("a failed commit counts until one succeeds, or nobody tries any more", "[ready]") {
  auto x = good();
  x.last_commit = {ec::store_broken, x.now_us - second_us};
  CHECK(troubles(x) == "commits ");
  x.last_commit = {ec::store_broken, x.now_us - 31 * second_us};
  CHECK(troubles(x).empty());
  x.last_commit = {ec::store_full, x.now_us - second_us}; // and there is room again
  CHECK(troubles(x).empty());
}

TEST_CASE("a commit that does not come back is trouble", "[ready]") {
  auto x = good();
  x.commit_under_way_us = 4 * second_us;
  CHECK(troubles(x).empty());
  x.commit_under_way_us = 6 * second_us;
  CHECK(troubles(x) == "commits ");
}

TEST_CASE("a clock that keeps step has not jumped", "[ready]") {
  clock_watch x;
  for (int64_t ms = 0; ms < 100'000; ms += 1'000)
    x.look(wall_ms + ms + ms / 2'000, 5'000 + ms); // slewed by 500 ppm
  CHECK(x.jumps() == 0);
  CHECK_FALSE(x.recent(105'000));
}

TEST_CASE("a clock that is set has jumped once, and that is remembered for a minute", "[ready]") {
  const auto by = GENERATE(int64_t{3'600'000}, int64_t{-86'400'000});
  clock_watch x;
  x.look(wall_ms, 1'000);
  x.look(wall_ms + 1'000 + by, 2'000);
  x.look(wall_ms + 2'000 + by, 3'000);
  CHECK(x.jumps() == 1);
  REQUIRE(x.recent(3'000));
  CHECK(x.recent(3'000)->by_ms == by);
  CHECK(x.recent(61'999));
  CHECK_FALSE(x.recent(62'000));
}
