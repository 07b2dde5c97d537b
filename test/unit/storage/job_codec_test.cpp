#include "storage/job_codec.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"

#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace claw;

namespace {

std::string bytes_of(const job& x) {
  const std::string before = "what was there before";
  auto out = before;
  encode(x, chain_begin, out);
  CHECK(out.starts_with(before));
  return out.substr(before.size());
}

std::string bytes_of(const job_id& id, const job_event& x) {
  std::string out;
  encode(id, x, chain_begin, out);
  return out;
}

std::string bytes_of(const job_id& id, job_text kind, std::string_view text) {
  std::string out;
  encode(id, kind, text, out);
  return out;
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{text.substr(i, 2)}, nullptr, 16));
  return bytes;
}

/// Cuts the bytes at every length, flips every bit, adds a byte: `is_refused` must say yes each time.
void spoil(const std::string& bytes, const std::function<bool(std::string_view)>& is_refused) {
  for (std::size_t size = 0; size < bytes.size(); ++size)
    if (!is_refused(std::string_view{bytes}.substr(0, size)))
      FAIL("accepted when cut to " << size);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      if (!is_refused(flipped))
        FAIL("accepted with bit " << bit << " of byte " << i << " flipped");
    }
  if (!is_refused(bytes + '\0'))
    FAIL("accepted with a byte too many");
}

job full_job_of_version_2() {
  auto x = full_job(3);
  x.owner.clear();
  x.lease_principal.clear();
  x.lease_kid.clear();
  return x;
}

template <class T>
bool is_broken(const outcome<T>& x) {
  return !x && x.error().code == ec::store_broken && !x.error().why.empty();
}

} // namespace

TEST_CASE("a record survives with every field", "[codec]") {
  const auto x = full_job(1);
  const auto back = decode_job(x.id, bytes_of(x));
  REQUIRE(back);
  CHECK(*back == x);
}

TEST_CASE("each field of a record is stored by itself", "[codec]") {
  using edit = std::function<void(job&)>;
  const std::vector<edit> edits = {
      [](job& x) { x.created_s = -1; },
      [](job& x) { x.created_s = std::numeric_limits<int64_t>::max(); },
      [](job& x) { x.created_s = std::numeric_limits<int64_t>::min(); },
      [](job& x) { x.command = std::string(300, 'c'); },
      [](job& x) { x.requires_json = ""; },
      [](job& x) { x.requires_json = "{}"; },
      [](job& x) {
        x.required = caps{{"a", "b", "c"}};
      },
      [](job& x) { x.priority = std::numeric_limits<int32_t>::min(); },
      [](job& x) { x.priority = std::numeric_limits<int32_t>::max(); },
      [](job& x) {
        x.requester = std::string{"\0\n\xff", 3};
      },
      [](job& x) { x.status = job_status::failed; },
      [](job& x) { x.end = job_end::dead; },
      [](job& x) { x.attempt = std::numeric_limits<uint32_t>::max(); },
      [](job& x) { x.attempts_max = 0; },
      [](job& x) { x.worker_id = "w"; },
      [](job& x) { x.worker_boot_id = "b"; },
      [](job& x) { x.lease_id = "l"; },
      [](job& x) { x.last_lease_id = "m"; },
      [](job& x) { x.owner = "o"; },
      [](job& x) { x.lease_principal = "p"; },
      [](job& x) { x.lease_kid = "k"; },
      [](job& x) { x.started_s = 0; },
      [](job& x) { x.finished_s = 1; },
      [](job& x) { x.lease_until_s = -2; },
      [](job& x) { x.cancel_asked = true; },
      [](job& x) { x.events = std::numeric_limits<uint64_t>::max(); },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    job x;
    x.id = sample_id(i);
    edits[i](x);
    INFO("edit " << i);
    const auto back = decode_job(x.id, bytes_of(x));
    REQUIRE(back);
    CHECK(*back == x);
  }
}

TEST_CASE("an event survives with every field, under every kind", "[codec]") {
  for (int kind = 0; kind <= static_cast<int>(job_event_kind::checkpoint); ++kind) {
    auto x = full_event(1ULL << (kind * 3));
    x.kind = static_cast<job_event_kind>(kind);
    const auto back = decode_event(sample_id(1), x.sequence, bytes_of(sample_id(1), x));
    REQUIRE(back);
    CHECK(*back == x);
  }
}

TEST_CASE("a text survives, empty and with any bytes", "[codec]") {
  for (const auto& text : {std::string{}, std::string{"\0\xff\n", 3}, std::string(100'000, 'x')}) {
    const auto id = sample_id(5);
    const auto back = decode_text(id, job_text::result, bytes_of(id, job_text::result, text));
    REQUIRE(back);
    CHECK(*back == text);
  }
}

TEST_CASE("a value that was cut or changed is an error, never a value", "[codec]") {
  const auto x = full_job(3);
  spoil(bytes_of(x), [&](auto bytes) { return is_broken(decode_job(x.id, bytes)); });
  const auto e = full_event(4);
  spoil(bytes_of(x.id, e), [&](auto bytes) { return is_broken(decode_event(x.id, 4, bytes)); });
  spoil(bytes_of(x.id, job_text::payload, "hello"),
        [&](auto bytes) { return is_broken(decode_text(x.id, job_text::payload, bytes)); });
}

TEST_CASE("a value under another key is an error", "[codec]") {
  const auto x = full_job(3);
  CHECK(is_broken(decode_job(sample_id(4), bytes_of(x))));
  const auto e = bytes_of(x.id, full_event(4));
  CHECK(is_broken(decode_event(x.id, 5, e)));
  CHECK(is_broken(decode_event(sample_id(4), 4, e)));
  const auto t = bytes_of(x.id, job_text::result, "hello");
  CHECK(is_broken(decode_text(x.id, job_text::error, t)));
  CHECK(is_broken(decode_text(sample_id(4), job_text::result, t)));
}

TEST_CASE("the bytes of version 1 stay readable for ever", "[codec]") {
  // Written by version 1. A later version adds its own bytes below and leaves these alone.
  const auto id = sample_id(3);
  const auto record = decode_job(
      id, from_hex("0186c49fd50c086c6c6d5f7461736b01227b2263617073223a5b226c6c6d3a766c6c6d222c"
                   "227265706f5f746f6f6c73225d7d02086c6c6d3a766c6c6d0a7265706f5f746f6f6c730d0a"
                   "646973636f72643a343201000205086a6574736f6e2d3106626f6f742d61076c656173652d"
                   "32076c656173652d3101c8c59fd50c0190c79fd50c01c0c69fd50c01ac02fb23a63d"));
  REQUIRE(record);
  auto expected = full_job_of_version_2();
  expected.not_before_s.reset();
  expected.deadline_s.reset();
  expected.tags.clear();
  expected.create_key.clear();
  expected.create_digest.clear();
  CHECK(*record == expected);
  const auto event = decode_event(
      id, 4,
      from_hex("01f6a1abfef9620c02086a6574736f6e2d310762656361757365147b22746f6f6c223a22"
               "7265706f5f67726570227d08524398"));
  REQUIRE(event);
  CHECK(*event == full_event(4));
  const auto text = decode_text(id, job_text::payload, from_hex("0168656c6c6f556fdd23"));
  REQUIRE(text);
  CHECK(*text == "hello");
}

TEST_CASE("a job's bytes of version 2 stay readable for ever", "[codec]") {
  const auto record = decode_job(
      sample_id(3),
      from_hex("0286c49fd50c086c6c6d5f7461736b01227b2263617073223a5b226c6c6d3a766c6c6d22"
               "2c227265706f5f746f6f6c73225d7d02086c6c6d3a766c6c6d0a7265706f5f746f6f6c73"
               "0d0a646973636f72643a343201000205086a6574736f6e2d3106626f6f742d61076c6561"
               "73652d32076c656173652d3101c8c59fd50c0190c79fd50c01c0c69fd50c01ac020194c4"
               "9fd50c01d0d0a0d50c02076368616e6e656c0767656e6572616c05656d70747900096d65"
               "73736167653a3706646967657374adff78ff"));
  REQUIRE(record);
  CHECK(*record == full_job_of_version_2());
}

TEST_CASE("a job's bytes of version 3 stay readable for ever", "[codec]") {
  const auto record = decode_job(
      sample_id(3),
      from_hex("0386c49fd50c086c6c6d5f7461736b01227b2263617073223a5b226c6c6d3a766c6c6d22"
               "2c227265706f5f746f6f6c73225d7d02086c6c6d3a766c6c6d0a7265706f5f746f6f6c73"
               "0d0a646973636f72643a343201000205086a6574736f6e2d3106626f6f742d61076c6561"
               "73652d32076c656173652d3101c8c59fd50c0190c79fd50c01c0c69fd50c01ac020194c4"
               "9fd50c01d0d0a0d50c02076368616e6e656c0767656e6572616c05656d70747900096d65"
               "73736167653a370664696765737407646973636f7264066a6574736f6e106f6330313233"
               "3435363738396162636456c6dfa6"));
  REQUIRE(record);
  CHECK(*record == full_job(3));
}

TEST_CASE("the bytes with a chain, of a job's version 4 and an event's version 2, stay readable for ever", "[codec]") {
  const auto id = sample_id(3);
  const auto event = from_hex(
      "02f2193936452bc193cf6561069e595f64f6a1abfef9620c02086a6574736f6e2d310762656361757365147b"
      "22746f6f6c223a227265706f5f67726570227dd2c7ba9e");
  CHECK(*decode_event(id, 4, event) == full_event(4));
  const auto link = check_link(id, 4, event, chain_begin);
  REQUIRE(link);
  CHECK(link->written == link->due);
  const auto record = from_hex(
      "04f2193936452bc193cf6561069e595f6486c49fd50c086c6c6d5f7461736b01227b2263617073223a5b22"
      "6c6c6d3a766c6c6d222c227265706f5f746f6f6c73225d7d02086c6c6d3a766c6c6d0a7265706f5f746f6f"
      "6c730d0a646973636f72643a343201000205086a6574736f6e2d3106626f6f742d61076c656173652d3207"
      "6c656173652d3101c8c59fd50c0190c79fd50c01c0c69fd50c01ac020194c49fd50c01d0d0a0d50c020763"
      "68616e6e656c0767656e6572616c05656d70747900096d6573736167653a37066469676573740764697363"
      "6f7264066a6574736f6e106f633031323334353637383961626364db057b37");
  CHECK(*decode_job(id, record) == full_job(3));
  CHECK(*decode_chain_head(id, record) == link->written);
}

TEST_CASE("a link covers the event, its place and the link before it", "[codec]") {
  std::string bytes;
  const auto first = encode(sample_id(1), full_event(1), chain_begin, bytes);
  auto other = full_event(1);
  other.why = "another";
  std::string ignored;
  CHECK(encode(sample_id(1), other, chain_begin, ignored) != first);
  CHECK(encode(sample_id(2), full_event(1), chain_begin, ignored) != first);
  CHECK(encode(sample_id(1), full_event(2), chain_begin, ignored) != first);
  CHECK(encode(sample_id(1), full_event(1), first, ignored) != first);
}

TEST_CASE("keys sort as jobs and events do", "[codec]") {
  CHECK(key_of(sample_id(1)) < key_of(sample_id(256)));
  uint64_t before = 0;
  for (uint64_t n : {uint64_t{1}, uint64_t{255}, uint64_t{256}, uint64_t{65'536}, UINT64_MAX}) {
    const auto low = key_of(sample_id(1), before);
    const auto high = key_of(sample_id(1), n);
    CHECK(view(low) < view(high));
    CHECK(sequence_from_key(view(high)) == n);
    before = n;
  }
  CHECK(id_from_key(key_of(sample_id(77))) == sample_id(77));
  CHECK_FALSE(id_from_key("short"));
  CHECK_FALSE(sequence_from_key("short"));
}
