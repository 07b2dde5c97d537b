#include "actors/domain/ascii.hpp"
#include "test/support/catch.hpp"

#include <string>

using namespace claw;

TEST_CASE("every byte is a digit, a letter or neither, as ASCII has it", "[ascii]") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const auto c = static_cast<char>(byte);
    CHECK(is_digit(c) == (byte >= '0' && byte <= '9'));
    CHECK(is_upper(c) == (byte >= 'A' && byte <= 'Z'));
    CHECK(is_letter(c) == (is_upper(c) || (byte >= 'a' && byte <= 'z')));
    CHECK(is_alnum(c) == (is_digit(c) || is_letter(c)));
    CHECK(in_lower_case(c) == (is_upper(c) ? static_cast<char>(byte + 32) : c));
  }
}

TEST_CASE("texts are trimmed and compared without regard to case", "[ascii]") {
  CHECK(trimmed(" \t\r\n\f\vtwo words \n") == "two words");
  CHECK(trimmed("x") == "x");
  CHECK(trimmed(" \n").empty());
  CHECK(trimmed("").empty());
  CHECK(in_lower_case(std::string_view{"ÄB-c1"}) == "Äb-c1");
  CHECK(same_in_any_case("Bearer", "bEARER"));
  CHECK_FALSE(same_in_any_case("bearer", "beare"));
  CHECK_FALSE(same_in_any_case("[", "{"));
}
