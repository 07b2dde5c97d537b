#include "net/large_traffic.hpp"
#include "test/support/catch.hpp"

#include <string>

using namespace claw;

namespace {

using way = large_traffic::way;
using step = large_traffic::step;

/// Room for 100 bytes of each way, and the names of those whose turn came.
struct traffic {
  large_traffic large{100};
  std::string told;

  large_traffic::ticket wait(step s, char name) {
    const auto mine = large.join();
    wait(s, name, mine);
    return mine;
  }
  void wait(step s, char name, large_traffic::ticket mine) {
    large.wait(s, mine, [this, name] { told += name; });
  }

  /// Everybody whose turn it is, one after the other.
  std::string served() {
    told.clear();
    while (const auto go_on = large.next())
      go_on();
    CHECK_FALSE(large.has_next());
    return told;
  }
};

} // namespace

TEST_CASE_METHOD(traffic, "there is room until the bound is reached, for each way by itself", "[net]") {
  const auto first = large.join();
  const auto second = large.join();
  CHECK(large.has_room(way::out, first));
  large.hold(way::out, first, 99);
  CHECK(large.has_room(way::out, second));
  large.hold(way::out, second, 1);
  CHECK_FALSE(large.has_room(way::out, large.join()));
  CHECK(large.has_room(way::in, large.join()));
  large.hold(way::out, first, 98);
  CHECK(large.has_room(way::out, large.join()));
}

TEST_CASE_METHOD(traffic, "what is larger than the bound has room when nothing else is held", "[net]") {
  large.hold(way::out, large.join(), 1'000);
  CHECK_FALSE(large.has_room(way::out, large.join()));
  traffic empty;
  CHECK(empty.large.has_room(way::out, empty.large.join()));
}

TEST_CASE_METHOD(traffic, "the oldest of those who hold something may always go on", "[net]") {
  const auto oldest = large.join();
  const auto other = large.join();
  large.hold(way::in, other, 60);
  large.hold(way::in, oldest, 60);
  CHECK(large.has_room(way::in, oldest));
  CHECK_FALSE(large.has_room(way::in, other));
  large.hold(way::in, oldest, 500);
  large.let_go(way::in, oldest);
  CHECK(large.has_room(way::in, other)); // as the only one
}

TEST_CASE_METHOD(traffic, "those who wait get room in the order in which they came", "[net]") {
  const auto held = large.join();
  large.hold(way::out, held, 100);
  wait(step::make, 'a');
  const auto gone = wait(step::make, 'b');
  wait(step::make, 'c');
  CHECK(served() == "");
  large.leave(gone);
  large.let_go(way::out, held);
  CHECK(served() == "ac");
}

TEST_CASE_METHOD(traffic, "a body that is whole waits for its turn only", "[net]") {
  const auto whole = large.join();
  large.hold(way::in, whole, 100);
  large.hold(way::out, whole, 100);
  wait(step::take, 't', whole);
  wait(step::make, 'm');
  const auto half = large.join();
  large.hold(way::in, half, 70);
  wait(step::read_on, 'r', half);
  CHECK(served() == "t");
  large.let_go(way::in, whole);
  CHECK(served() == "r");
}

TEST_CASE_METHOD(traffic, "none of the ways is always behind the others", "[net]") {
  for (int i = 0; i < 2; ++i) {
    wait(step::take, 't');
    wait(step::make, 'm');
    wait(step::read_on, 'r');
  }
  CHECK(served() == "rtmrtm");
}

TEST_CASE_METHOD(traffic, "who holds what others wait for keeps them waiting", "[net]") {
  const auto reader = large.join();
  const auto sender = large.join();
  large.hold(way::out, reader, 100);
  large.hold(way::in, sender, 100);
  CHECK_FALSE(large.keeps_others_waiting(way::out, reader));
  const auto next = wait(step::make, 'm');
  CHECK(large.keeps_others_waiting(way::out, reader));
  CHECK_FALSE(large.keeps_others_waiting(way::in, sender)); // nobody waits for that
  CHECK_FALSE(large.keeps_others_waiting(way::out, next));
  large.leave(next);
  CHECK_FALSE(large.keeps_others_waiting(way::out, reader));
}

TEST_CASE("slow is who moves too little in one span, whatever went before", "[net]") {
  const pace_watch::time begun{};
  const auto enough = pace_watch::span_bytes_min;
  pace_watch pace;
  pace.begin(begun, 10);
  CHECK_FALSE(pace.is_slow(begun + pace_watch::span - std::chrono::milliseconds{1}, 10));
  CHECK_FALSE(pace.is_slow(begun + pace_watch::span, 10 + 5 * enough));
  CHECK_FALSE(pace.is_slow(begun + 2 * pace_watch::span, 10 + 6 * enough));
  CHECK(pace.is_slow(begun + 3 * pace_watch::span, 10 + 7 * enough - 1));
  CHECK_FALSE(pace.is_slow(begun + 3 * pace_watch::span + std::chrono::seconds{1}, 10 + 7 * enough - 1));
}
