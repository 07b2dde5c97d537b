#include "actors/domain/call_lane.hpp"
#include "actors/domain/rate_bucket.hpp"
#include "actors/domain/user_turns.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;
using kind = discord_call::kind;

namespace {

const std::chrono::steady_clock::time_point start{1h};

discord_call call(kind what, uint64_t channel = 4, uint64_t message = 5) {
  discord_call x;
  x.what = what;
  x.channel = snowflake{channel};
  x.message = snowflake{message};
  return x;
}

lane_call waiting(uint64_t number, kind what, call_rank rank) {
  return {number, call(what), rank, start, {}, 0};
}

discord_answer answer(unsigned status) {
  discord_answer x;
  x.status = status;
  return x;
}

} // namespace

TEST_CASE("an empty bucket holds its own channel until it is full again", "[discord]") {
  rate_buckets all;
  auto empty = answer(200);
  empty.rate = {"b", 0, 2'000ms, {}, false, false, false};
  all.answered(call(kind::send), empty, start);
  CHECK(all.wait(call(kind::send), start) == 2s);
  CHECK(all.wait(call(kind::send, 44), start) == 0s);
  CHECK(all.wait(call(kind::send), start + 2s) == 0s);
}

TEST_CASE("progress leaves the last call of a bucket to the answer", "[discord]") {
  rate_buckets all;
  auto low = answer(200);
  low.rate = {"b", 1, 2'000ms, {}, false, false, false};
  all.answered(call(kind::edit), low, start);
  CHECK(all.wait(call(kind::edit), start, 1) == 2s);
  CHECK(all.wait(call(kind::edit), start, 0) == 0s);
}

TEST_CASE("a global limit holds everything but interactions", "[discord]") {
  rate_buckets all;
  auto limited = answer(429);
  limited.rate = {"", {}, {}, 3'000ms, true, false, false};
  all.answered(call(kind::send), limited, start);
  CHECK(all.wait(call(kind::send, 99), start) == 3s);
  CHECK(all.wait(call(kind::acknowledge), start) == 0s);
}

TEST_CASE("a 429 from outside of the API stops everything for minutes", "[discord]") {
  rate_buckets all;
  auto blocked = answer(429);
  blocked.rate.from_outside = true;
  all.answered(call(kind::send), blocked, start);
  CHECK(all.wait(call(kind::typing, 99), start) == rate_buckets::blocked_pause);
}

TEST_CASE("what is not permitted is not asked again for minutes", "[discord]") {
  rate_buckets all;
  auto refused = answer(403);
  refused.code = discord_code::missing_permission;
  all.answered(call(kind::react), refused, start);
  CHECK(all.is_refused(call(kind::react), start + 1min));
  CHECK_FALSE(all.is_refused(call(kind::send), start));
  CHECK_FALSE(all.is_refused(call(kind::react), start + 6min));
}

TEST_CASE("too many invalid answers stop the bot before Discord bans its address", "[discord]") {
  rate_buckets all;
  for (std::size_t i = 0; i < rate_buckets::invalid_max; ++i)
    all.answered(call(kind::send, i), answer(403), start);
  CHECK(all.wait(call(kind::send), start) > 9min);
}

TEST_CASE("an answer goes before progress, and progress never after it", "[discord]") {
  call_lane lane;
  CHECK(lane.add(waiting(1, kind::edit, call_rank::progress)).empty());
  CHECK(lane.add(waiting(2, kind::edit, call_rank::progress)) == std::vector<uint64_t>{1});
  lane.add(waiting(3, kind::send, call_rank::status));
  CHECK(lane.add(waiting(4, kind::edit, call_rank::answer)) == std::vector<uint64_t>{2});
  CHECK(lane.add(waiting(5, kind::edit, call_rank::progress)) == std::vector<uint64_t>{5});
  CHECK(lane.next()->number == 4);
  lane.begin(4);
  CHECK(lane.next() == nullptr);
  CHECK(lane.end(answer(200), start, 0) == call_end::answered);
  CHECK(lane.next()->number == 3);
}

TEST_CASE("a call is sent again after trouble that passes, before whatever came later", "[discord]") {
  call_lane lane;
  auto first = waiting(1, kind::send, call_rank::status);
  first.call.message_out.nonce = "n";
  lane.add(first);
  lane.begin(1);
  lane.add(waiting(2, kind::edit, call_rank::answer));
  CHECK(lane.end(answer(502), start, 0) == call_end::again);
  CHECK(lane.next()->number == 1);
  CHECK(lane.next()->due > start);
  lane.begin(1);
  CHECK(lane.end(std::nullopt, start + call_lane::tries_end, 0) == call_end::lost);
  CHECK(lane.next()->number == 2);
}

TEST_CASE("a send without a nonce and progress are tried once", "[discord]") {
  call_lane lane;
  lane.add(waiting(1, kind::send, call_rank::answer));
  lane.begin(1);
  CHECK(lane.end(std::nullopt, start, 0) == call_end::lost);
  lane.add(waiting(2, kind::edit, call_rank::progress));
  lane.begin(2);
  CHECK(lane.end(answer(500), start, 0) == call_end::lost);
}

TEST_CASE("the time between two requests is the one that Discord stamps on them", "[discord]") {
  user_turns turns{{3s, 2}};
  const auto at = [](int64_t ms) { return snowflake_at(1'700'000'000'000 + ms); };
  CHECK(turns.ask(snowflake{1}, at(0)).what == user_turns::kind::go);
  const auto soon = turns.ask(snowflake{1}, at(1'000));
  CHECK(soon.what == user_turns::kind::too_soon);
  CHECK(soon.wait == 2s);
  CHECK(turns.ask(snowflake{2}, at(1'000)).what == user_turns::kind::go);
  CHECK(turns.ask(snowflake{1}, at(3'000)).what == user_turns::kind::go);
  CHECK(turns.ask(snowflake{1}, at(6'000)).place == 1);
  CHECK(turns.over(snowflake{1}, at(0)) == at(6'000));
  CHECK_FALSE(turns.over(snowflake{1}, at(3'000)));
}
