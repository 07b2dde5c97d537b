// Any batch: its views lie within its bytes, reading it twice gives the same, and the overlay takes what is sound.
#include "storage/batch_codec.hpp"
#include "storage/job_overlay.hpp"
#include "test/fuzz/seeded.hpp"
#include "test/support/sample_jobs.hpp"

namespace {

using namespace claw;

std::string seed(const std::vector<job_change>& changes) {
  chain_heads heads;
  std::string out;
  encode_batch(changes, heads, out);
  return out;
}

std::string seed_of_erasures() {
  std::string out;
  encode_erasures({sample_id(1), sample_id(2)}, out);
  return out;
}

void within(std::string_view part, std::string_view whole) {
  CLAW_ASSERT(part.empty()
              || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size()));
}

} // namespace

FUZZ_SEEDS({seed({creation(1)}), seed({creation(1), completion(2), creation(3, "")}), seed_of_erasures(), seed({})})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  const std::string_view all{reinterpret_cast<const char*>(bytes), size};
  batch_reader reader{all};
  stored_change x;
  std::size_t changes = 0, read_bytes = 0;
  for (; reader.next(x); ++changes) {
    CLAW_ASSERT(x.erased == x.record.empty());
    CLAW_ASSERT(!x.erased || (x.events.empty() && x.texts.empty() && !x.open));
    within(x.record, all);
    read_bytes += x.record.size();
    for (const auto& event : x.events) {
      within(event.value, all);
      read_bytes += event.value.size();
    }
    for (const auto& [kind, text] : x.texts) {
      CLAW_ASSERT(kind <= job_text::checkpoint);
      within(text.value_or(""), all);
      read_bytes += text.value_or("").size();
    }
  }
  CLAW_ASSERT(read_bytes <= size);
  job_overlay overlay;
  CLAW_ASSERT(overlay.add(std::string{all}, 0, size) == reader.at_end());
  CLAW_ASSERT(!reader.at_end() || overlay.jobs().size() <= changes);
  return 0;
}
