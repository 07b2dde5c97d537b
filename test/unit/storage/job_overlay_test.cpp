#include "storage/job_codec.hpp"
#include "storage/job_overlay.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"

#include <string>
#include <vector>

using namespace claw;

namespace {

std::string batch_of(const std::vector<job_change>& changes) {
  std::string bytes;
  chain_heads heads;
  encode_batch(changes, heads, bytes);
  return bytes;
}

bool add(job_overlay& overlay, const std::string& batch) {
  return overlay.add("head" + batch + "tail", 4, batch.size());
}

job_change change_with_everything() {
  auto x = creation(1, "");
  x.after = full_job(1);
  x.events = {full_event(7), full_event(8)};
  x.texts.emplace_back(job_text::checkpoint, "{}");
  x.texts.emplace_back(job_text::error, std::nullopt);
  return x;
}

} // namespace

TEST_CASE("an overlay holds the newest of each job", "[overlay]") {
  job_overlay overlay;
  CHECK(overlay.empty());
  REQUIRE(add(overlay, batch_of({creation(2), creation(1)})));
  auto cleared = completion(1, "yes");
  cleared.texts.emplace_back(job_text::payload, std::nullopt);
  REQUIRE(add(overlay, batch_of({cleared})));
  CHECK(overlay.jobs().size() == 2);
  CHECK(overlay.find(sample_id(3)) == nullptr);
  const auto* x = overlay.find(sample_id(1));
  REQUIRE(x != nullptr);
  CHECK_FALSE(x->open);
  CHECK(*decode_job(sample_id(1), x->record) == cleared.after);
  REQUIRE(x->events.size() == 2);
  CHECK(*decode_event(sample_id(1), 2, x->events[1].value) == cleared.events[0]);
  CHECK(*decode_text(sample_id(1), job_text::result, *x->texts[1].value) == "yes");
  CHECK(x->texts[0].named);
  CHECK_FALSE(x->texts[0].value);
  CHECK_FALSE(x->texts[3].named);
  CHECK(overlay.find(sample_id(2))->open);
}

TEST_CASE("an event that is written again replaces itself", "[overlay]") {
  auto x = creation(1);
  x.events = {full_event(5), full_event(2), full_event(9), full_event(5), full_event(1)};
  x.events[3].why = "newer";
  job_overlay overlay;
  REQUIRE(add(overlay, batch_of({x})));
  const auto& events = overlay.find(sample_id(1))->events;
  std::vector<uint64_t> order;
  for (const auto& e : events)
    order.push_back(e.sequence);
  CHECK(order == std::vector<uint64_t>{1, 2, 5, 9});
  CHECK(decode_event(sample_id(1), 5, events[2].value)->why == "newer");
}

TEST_CASE("bytes that are no batch are refused wherever they are cut", "[overlay]") {
  const auto bytes = batch_of({change_with_everything()});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    job_overlay overlay;
    if (add(overlay, bytes.substr(0, size)))
      FAIL("cut to " << size);
  }
}

TEST_CASE("no flipped bit of a batch harms its reader", "[overlay]") {
  const auto bytes = batch_of({change_with_everything(), completion(2)});
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      job_overlay overlay;
      add(overlay, flipped); // the sanitizers watch
      CHECK(overlay.bytes() == bytes.size() + 8);
    }
}
