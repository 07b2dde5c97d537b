#include "net/terminal_text.hpp"
#include "net/bounded_json.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace claw;

namespace {

/// A bell, C1's CSI, a right-to-left override, a tag beyond the first plane, and what is harmless.
constexpr auto odd = "a\x07\xc2\x9b" "31m\xe2\x80\xae" "b\xf3\xa0\x80\x81\x7f \xc3\xa9 \xf0\x9f\x98\x80\n";

} // namespace

TEST_CASE("a text for a terminal loses what acts on terminals and keeps the rest") {
  CHECK(printable(odd, false) == "a31mb \xc3\xa9 \xf0\x9f\x98\x80\n");
  CHECK(printable("two\n\tlines", true) == "two  lines");
  CHECK(printable("no utf-8 \xff", true) == "no utf-8 \xef\xbf\xbd");
}

TEST_CASE("JSON for a terminal escapes what acts on terminals") {
  CHECK(printable_json(json_text(odd)) == R"("a\u0007\u009b31m\u202eb\udb40\udc01\u007f é 😀\n")");
}

TEST_CASE("JSON for a terminal has the value that it had") {
  const nlohmann::json value = {{odd, {odd, 1.5, nullptr, "\\u009b"}}, {"\xc2\x85", true}};
  CHECK(nlohmann::json::parse(printable_json(value.dump())) == value);
  CHECK(nlohmann::json::parse(printable_json(value.dump(2))) == value);
}
