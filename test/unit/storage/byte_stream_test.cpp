#include "storage/byte_stream.hpp"
#include "storage/crc32c.hpp"
#include "test/support/catch.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace claw;

TEST_CASE("crc32c gives the numbers of RFC 3720", "[bytes]") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c("123456789") == 0xe3069283);
  for (std::size_t cut = 0; cut <= 9; ++cut) {
    const std::string_view all = "123456789";
    CHECK(crc32c(all.substr(cut), crc32c(all.substr(0, cut))) == 0xe3069283);
  }
}

TEST_CASE("crc32c is one number, by the processor and by tables", "[bytes]") {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    CHECK(crc32c(bytes, 7) == crc32c_by_tables(bytes, 7));
    bytes += static_cast<char>(i * 37);
  }
}

TEST_CASE("numbers of every size survive", "[bytes]") {
  std::string out;
  byte_writer w{out};
  std::vector<uint64_t> numbers = {0, 1, 127, 128, 16'383, 16'384};
  for (unsigned bit = 0; bit < 64; ++bit)
    numbers.push_back(uint64_t{1} << bit);
  numbers.push_back(std::numeric_limits<uint64_t>::max());
  for (const auto x : numbers) {
    w.number(x);
    w.signed_number(static_cast<int64_t>(x));
    w.signed_number(-static_cast<int64_t>(x >> 1));
  }
  byte_reader r{out};
  for (const auto x : numbers) {
    CHECK(r.number() == x);
    CHECK(r.signed_number() == static_cast<int64_t>(x));
    CHECK(r.signed_number() == -static_cast<int64_t>(x >> 1));
  }
  CHECK(r.at_end());
}

TEST_CASE("optional values know nothing from empty", "[bytes]") {
  std::string out;
  byte_writer w{out};
  w.optional_text(std::nullopt);
  w.optional_text("");
  w.optional_number(std::nullopt);
  w.optional_number(0);
  byte_reader r{out};
  CHECK(r.optional_text() == std::nullopt);
  CHECK(r.optional_text() == "");
  CHECK(r.optional_number() == std::nullopt);
  CHECK(r.optional_number() == 0);
  CHECK(r.at_end());
}

TEST_CASE("a reader that failed stays failed and answers nothing", "[bytes]") {
  const std::string too_long(10, '\xff'); // a number above 64 bits
  const std::string beyond = "\x05"
                             "abc";
  for (const auto& bytes : {std::string{}, std::string{"\x80"}, too_long, beyond}) {
    byte_reader r{bytes};
    CHECK(r.text().empty());
    CHECK_FALSE(r.ok());
    CHECK(r.number() == 0);
    CHECK(r.byte() == 0);
    CHECK_FALSE(r.at_end());
  }
  byte_reader huge{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                   "abc"};
  CHECK(huge.text().empty());
  CHECK_FALSE(huge.ok());
  byte_reader neither{"\x02"};
  CHECK(neither.optional_number() == std::nullopt);
  CHECK_FALSE(neither.ok());
}
