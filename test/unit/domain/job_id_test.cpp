#include "actors/domain/job_id.hpp"

#include "test/support/catch.hpp"

using namespace claw;

TEST_CASE("job ids grow, also when the wall clock is set back", "[job_id]") {
  job_id_source source{job_id{}, [] { return uint64_t{0x1234567890abcdef}; }};
  const auto a = source.next(1'700'000'000'000);
  const auto b = source.next(1'700'000'000'000);
  const auto c = source.next(1'600'000'000'000);
  CHECK(a < b);
  CHECK(b < c);
}

TEST_CASE("job ids go on above the greatest one of the store", "[job_id]") {
  const auto last = *parse_job_id("ffffffff-0000-7000-8000-000000000000");
  job_id_source source{last, [] { return uint64_t{0}; }};
  CHECK(last < source.next(1));
}

TEST_CASE("a job id is a UUID of version 7 and survives its text", "[job_id]") {
  job_id_source source{job_id{}, [] { return ~uint64_t{0}; }};
  const auto id = source.next(0x0123456789ab);
  CHECK(to_string(id) == "01234567-89ab-7000-bfff-ffffffffffff");
  CHECK(parse_job_id(to_string(id)) == id);
  CHECK(parse_job_id("01234567-89AB-7000-BFFF-FFFFFFFFFFFF") == id);
}

TEST_CASE("what is no UUID is no job id", "[job_id]") {
  for (auto text : {"", "x", "01234567-89ab-7000-bfff-fffffffffff", "01234567089ab-7000-bfff-ffffffffffff",
                    "0123456g-89ab-7000-bfff-ffffffffffff", "../../../../../../../../../etc/passwdxxx"})
    CHECK_FALSE(parse_job_id(text));
}
