#include "actors/domain/limits.hpp"
#include "actors/domain/retention.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

constexpr int64_t now_s = 1'700'100'000;

/// Ended so long ago, a minute after its creation.
job ended(uint64_t n, std::chrono::seconds ago) {
  auto x = completion(n).after;
  x.finished_s = now_s - ago.count();
  x.created_s = *x.finished_s - 60;
  return x;
}

std::vector<job> ended_jobs(uint64_t count) {
  std::vector<job> page;
  for (uint64_t n = 1; n <= count; ++n)
    page.push_back(ended(n, 1h));
  return page;
}

std::vector<uint64_t> numbers(const retention_round::choice& x) {
  std::vector<uint64_t> found;
  for (const auto& each : x.doomed)
    found.push_back(each.id.bytes[15] + 256u * each.id.bytes[14]);
  return found;
}

using list = std::vector<uint64_t>;

} // namespace

TEST_CASE("a job goes when it ended long enough ago", "[retention]") {
  retention_round round{{24h, {}, {}}, now_s};
  round.measure({3, 3, 0});
  const auto x = round.choose({ended(1, 25h), ended(2, 24h), ended(3, 24h - 1s)});
  CHECK(numbers(x) == list{1, 2});
  CHECK(x.doomed.front().why == prune_reason::age);
  CHECK_FALSE(x.over); // the third was created long enough ago for others like it to be behind
  CHECK(x.last == sample_id(3));
}

TEST_CASE("what has not ended never goes, however old and many they are", "[retention]") {
  retention_round round{{1s, 1, 1}, now_s};
  round.measure({1'000, 0, 1'000'000});
  auto queued = creation(1).after;
  auto running = full_job(2);
  running.finished_s.reset();
  CHECK(round.choose({queued, running}).doomed.empty());
}

TEST_CASE("the jobs created first go where there are too many", "[retention]") {
  retention_round round{{{}, 3, {}}, now_s};
  round.measure({6, 5, 0});
  auto page = ended_jobs(6);
  page[1] = creation(2).after; // waits
  const auto x = round.choose(page);
  CHECK(numbers(x) == list{1, 3});
  CHECK(x.doomed.front().why == prune_reason::count);
  CHECK(x.over);
}

TEST_CASE("what went for its age is not too many any more", "[retention]") {
  retention_round round{{24h, 2, {}}, now_s};
  round.measure({4, 4, 0});
  CHECK(numbers(round.choose({ended(1, 1h), ended(2, 48h), ended(3, 1h), ended(4, 1h)})) == list{1, 2});
}

TEST_CASE("as many go for their size as have that size in the mean", "[retention]") {
  retention_round round{{{}, {}, 700}, now_s};
  round.measure({10, 10, 1'000});
  const auto x = round.choose(ended_jobs(10));
  CHECK(numbers(x) == list{1, 2, 3});
  CHECK(x.doomed.front().why == prune_reason::size);
  round.gone(3);
  round.measure({7, 7, 701}); // they were smaller than that
  CHECK(numbers(round.choose(ended_jobs(10))) == list{1});
  round.measure({7, 7, 700});
  CHECK(round.choose(ended_jobs(10)).doomed.empty());
}

TEST_CASE("how many are too many is counted once a round", "[retention]") {
  retention_round round{{{}, 7, {}}, now_s};
  round.measure({10, 10, 0});
  round.gone(2);
  round.measure({10, 10, 0}); // the store has not counted yet what went
  CHECK(numbers(round.choose(ended_jobs(10))) == list{1});
}

TEST_CASE("a store that cannot count now loses jobs for their age alone", "[retention]") {
  retention_round round{{24h, 1, 1}, now_s};
  round.measure({10, 10, 1'000, false});
  CHECK(numbers(round.choose({ended(1, 1h), ended(2, 48h)})) == list{2});
}

TEST_CASE("an empty store has nothing to go", "[retention]") {
  retention_round round{{24h, 1, 1}, now_s};
  round.measure({});
  const auto x = round.choose({});
  CHECK(x.doomed.empty());
  CHECK(x.whole);
}

TEST_CASE("a batch ends with its jobs or with their events, and the next goes on behind it", "[retention]") {
  retention_round round{{1s, {}, {}}, now_s};
  round.measure({1'000, 1'000, 0});
  auto x = round.choose(ended_jobs(limits::prune_jobs_max + 5));
  CHECK(x.doomed.size() == limits::prune_jobs_max);
  CHECK_FALSE(x.whole);
  CHECK(x.last == sample_id(limits::prune_jobs_max));
  auto page = ended_jobs(3);
  page[1].events = limits::prune_values_max;
  x = round.choose(page);
  CHECK(numbers(x) == list{1});
  CHECK(x.last == sample_id(1));
  x = round.choose({page[1], page[2]}); // a job larger than a batch is one by itself
  CHECK(numbers(x) == list{2});
}

TEST_CASE("a walk ends behind a page of jobs that are too young, and not at a single one", "[retention]") {
  retention_round round{{24h, {}, {}}, now_s};
  round.measure({3, 3, 0});
  auto from_the_future = ended(1, -1'000h);
  CHECK_FALSE(round.choose({from_the_future, ended(2, 25h)}).over);
  CHECK(round.choose({from_the_future, ended(3, 1h)}).over);
}

TEST_CASE("without a limit nothing is limited", "[retention]") {
  CHECK_FALSE(retention_limits{}.any());
  CHECK(retention_limits{1h, {}, {}}.any());
  CHECK(retention_limits{{}, 1, {}}.any());
  CHECK(retention_limits{{}, {}, 1}.any());
}
