#include "actors/domain/delivery_queue.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

const delivery_queue::time_point start{1h};

run_report report(const std::string& id, std::size_t bytes = 4, int64_t made_at_s = 0) {
  run_report x;
  x.job_id = id;
  x.text = std::string(bytes, 'x');
  x.made_at_s = made_at_s;
  return x;
}

} // namespace

TEST_CASE("a new report is tried at once", "[delivery_queue]") {
  delivery_queue queue;
  queue.add(report("a"), start, false);
  REQUIRE(queue.next(start) != nullptr);
  CHECK(queue.next(start)->report.job_id == "a");
}

TEST_CASE("the pauses after failures are half a second, one, two", "[delivery_queue]") {
  delivery_queue queue;
  queue.add(report("a"), start, false);
  for (const auto pause : {500ms, 1000ms, 2000ms}) {
    queue.after(1, delivery_end::failed, start, 0);
    CHECK(queue.due() == start + pause);
    CHECK(queue.next(start + pause - 1ms) == nullptr);
  }
  for (int i = 0; i < 50; ++i)
    queue.after(1, delivery_end::failed, start, UINT64_MAX);
  CHECK(*queue.due() <= start + 30s);
}

TEST_CASE("a report that gets through takes the others along", "[delivery_queue]") {
  delivery_queue queue;
  queue.add(report("a"), start, false);
  for (int i = 0; i < 9; ++i)
    queue.after(1, delivery_end::failed, start, 0);
  queue.add(report("b"), start + 1s, false);
  REQUIRE(queue.next(start + 1s)->report.job_id == "b");
  const auto gone = queue.after(2, delivery_end::accepted, start + 1s, 0);
  REQUIRE(gone);
  CHECK(gone->report.job_id == "b");
  CHECK(queue.next(start + 1s)->report.job_id == "a");
}

TEST_CASE("a report that is denied is gone and proves nothing for others", "[delivery_queue]") {
  delivery_queue queue;
  queue.add(report("a"), start, false);
  queue.after(1, delivery_end::failed, start, 0);
  queue.add(report("b"), start, false);
  CHECK(queue.after(2, delivery_end::denied, start, 0));
  CHECK(queue.next(start) == nullptr);
  CHECK(queue.all().size() == 1);
}

TEST_CASE("the oldest go when too many or too much waits", "[delivery_queue]") {
  delivery_queue queue;
  for (std::size_t i = 0; i < delivery_queue::reports_max; ++i)
    CHECK(queue.add(report(std::to_string(i)), start, false).empty());
  auto gone = queue.add(report("one too many"), start, false);
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].report.job_id == "0");
  gone = queue.add(report("large", delivery_queue::bytes_max), start, false);
  CHECK(gone.size() == delivery_queue::reports_max);
  CHECK(queue.all().size() == 1);
}

TEST_CASE("a report older than a week is not worth a try", "[delivery_queue]") {
  delivery_queue queue;
  queue.add(report("old", 4, 100), start, true);
  queue.add(report("young", 4, 200), start, true);
  const auto gone = queue.expire(150 + delivery_queue::age_max_s);
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].report.job_id == "old");
  CHECK(queue.all().size() == 1);
}
