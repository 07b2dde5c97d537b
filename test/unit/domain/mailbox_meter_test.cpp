#include "actors/domain/mailbox_meter.hpp"
#include "test/support/catch.hpp"

#include <thread>
#include <vector>

using namespace claw;
using namespace std::chrono_literals;

namespace {

const mailbox_meter::time_point start{1h};

} // namespace

TEST_CASE("a mailbox in which nothing has come is empty and has no oldest message", "[inspection]") {
  const mailbox_meter meter;
  const auto x = meter.read(start);
  CHECK(x.waiting == 0);
  CHECK(x.dealt_with == 0);
  CHECK_FALSE(x.oldest);
  CHECK_FALSE(x.in_hand);
}

TEST_CASE("a message waits until it is taken in hand, and is counted when it is dealt with", "[inspection]") {
  mailbox_meter meter;
  meter.arrived(start);
  meter.arrived(start + 1s);
  CHECK(meter.read(start + 3s).waiting == 2);
  CHECK(meter.read(start + 3s).oldest == 3s);

  meter.begun(start + 3s);
  CHECK(meter.read(start + 7s).waiting == 1);
  CHECK(meter.read(start + 7s).oldest == 6s);
  CHECK(meter.read(start + 7s).in_hand == 4s);

  meter.finished();
  CHECK(meter.read(start + 7s).waiting == 1);
  CHECK(meter.read(start + 7s).dealt_with == 1);
  CHECK_FALSE(meter.read(start + 7s).in_hand);

  meter.begun(start + 7s);
  meter.finished();
  CHECK(meter.read(start + 9s).waiting == 0);
  CHECK_FALSE(meter.read(start + 9s).oldest);
}

TEST_CASE("a message that is skipped waits on and stays as old as it is", "[inspection]") {
  mailbox_meter meter;
  meter.arrived(start);
  meter.begun(start + 1s);
  meter.put_back();
  const auto x = meter.read(start + 5s);
  CHECK(x.waiting == 1);
  CHECK(x.oldest == 5s);
  CHECK(x.dealt_with == 0);
}

TEST_CASE("the age of the oldest message is right to the spacing of the marks", "[inspection]") {
  mailbox_meter meter;
  for (int i = 0; i < 1'000; ++i)
    meter.arrived(start + i * 1ms);
  const auto now = start + 10s;
  for (int i = 0; i < 1'000; ++i) {
    const auto true_age = now - (start + i * 1ms);
    const auto told = meter.read(now).oldest;
    REQUIRE(told);
    CHECK(*told >= true_age);
    CHECK(*told - true_age < mailbox_meter::mark_spacing);
    meter.begun(now);
    meter.finished();
  }
}

TEST_CASE("a mailbox that stands still for a day is still told to a hundredth of its age", "[inspection]") {
  mailbox_meter meter;
  constexpr auto between = 100ms;
  constexpr int messages = 24 * 36'000;
  for (int i = 0; i < messages; ++i)
    meter.arrived(start + i * between);
  const auto now = start + messages * between;
  for (int gone = 0; gone < messages; ++gone) {
    if (gone % 1'000 == 0) {
      const auto true_age = now - (start + gone * between);
      const auto told = meter.read(now).oldest;
      REQUIRE(told);
      CHECK(*told >= true_age);
      CHECK(*told - true_age <= std::chrono::seconds{std::chrono::hours{24}} / 100);
    }
    meter.begun(now);
    meter.finished();
  }
}

TEST_CASE("after a jam marks are close again", "[inspection]") {
  mailbox_meter meter;
  for (int i = 0; i < 10'000; ++i)
    meter.arrived(start + i * 1s);
  for (int i = 0; i < 10'000; ++i) {
    meter.begun(start + 10'000s);
    meter.finished();
  }
  const auto later = start + 20'000s;
  meter.arrived(later); // the marks of the jam go
  meter.begun(later);
  meter.finished();
  for (int i = 1; i <= 10; ++i)
    meter.arrived(later + i * 100ms);
  CHECK(meter.read(later + 2s).oldest >= 1'900ms);
  CHECK(meter.read(later + 2s).oldest < 1'900ms + 2 * mailbox_meter::mark_spacing);
}

TEST_CASE("many senders and one owner lose no message", "[inspection]") {
  mailbox_meter meter;
  constexpr int senders = 4, each = 20'000;
  std::vector<std::thread> threads;
  for (int s = 0; s < senders; ++s)
    threads.emplace_back([&meter] {
      for (int i = 0; i < each; ++i)
        meter.arrived(start + i * 1ms);
    });
  uint64_t taken = 0;
  while (taken < senders * each / 2) {
    const auto x = meter.read(start + 1h);
    CHECK(x.waiting <= senders * each);
    if (x.waiting == 0)
      continue;
    meter.begun(start);
    meter.finished();
    ++taken;
  }
  for (auto& x : threads)
    x.join();
  CHECK(meter.read(start + 1h).waiting == senders * each - taken);
}
