// Any stored value whose checksum is right: it is refused, or it is what it says when it is written again.
#include "storage/crc32c.hpp"
#include "storage/job_codec.hpp"
#include "test/fuzz/seeded.hpp"
#include "test/support/sample_jobs.hpp"

namespace {

using namespace claw;

const job_id id = sample_id(7);
constexpr uint64_t sequence = 3;

std::string record_seed() {
  std::string out = "0";
  auto x = full_job(7);
  encode(x, chain_begin, out);
  return out.substr(0, out.size() - 4); // the checksum is put there anew
}

std::string event_seed() {
  std::string out = "1";
  encode(id, full_event(sequence), chain_begin, out);
  return out.substr(0, out.size() - 4);
}

std::string text_seed() {
  std::string out = "2";
  encode(id, job_text::payload, "a text", out);
  return out.substr(0, out.size() - 4);
}

std::string sealed(std::string_view key, std::string_view body) {
  std::string out{body};
  auto sum = crc32c(body, crc32c(key));
  for (int i = 0; i < 4; ++i, sum >>= 8)
    out.push_back(static_cast<char>(sum & 0xff));
  return out;
}

template <class T, class Encode, class Decode>
void comes_back(const outcome<T>& x, Encode write, Decode read) {
  if (!x) {
    CLAW_ASSERT(x.error().code == ec::store_broken);
    return;
  }
  std::string again;
  write(*x, again);
  const auto same = read(again);
  CLAW_ASSERT(same && *same == *x);
}

} // namespace

FUZZ_SEEDS({record_seed(), event_seed(), text_seed(), "0", "1", "2"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view body{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  CLAW_ASSERT(!decode_job(id, body) || body.size() > 4); // without the right checksum, whatever it is
  switch (bytes[0] % 3) {
  case 0:
    comes_back(
        decode_job(id, sealed(key_of(id), body)), [](const job& x, std::string& out) { encode(x, chain_begin, out); },
        [](std::string_view again) { return decode_job(id, again); });
    break;
  case 1:
    comes_back(
        decode_event(id, sequence, sealed(view(key_of(id, sequence)), body)),
        [](const job_event& x, std::string& out) { encode(id, x, chain_begin, out); },
        [](std::string_view again) { return decode_event(id, sequence, again); });
    break;
  default:
    comes_back(
        decode_text(id, job_text::payload, sealed(view(key_of(id, job_text::payload)), body)),
        [](const std::string& x, std::string& out) { encode(id, job_text::payload, x, out); },
        [](std::string_view again) { return decode_text(id, job_text::payload, again); });
  }
  return 0;
}
