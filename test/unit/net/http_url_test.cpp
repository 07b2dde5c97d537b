#include "net/http_url.hpp"
#include "test/support/catch.hpp"

using namespace claw;

TEST_CASE("an address loses its closing slashes", "[net][http_url]") {
  const auto x = parse_http_url("BROKER_URL", "HTTP://LocalHost:8000/base//");
  REQUIRE(x);
  CHECK(x->base == "http://LocalHost:8000/base");
  CHECK(x->host == "localhost");
  CHECK(x->loopback);
}

TEST_CASE("loopback is told from other hosts", "[net][http_url]") {
  CHECK(parse_http_url("U", "http://127.1.2.3")->loopback);
  CHECK(parse_http_url("U", "http://[::1]:80")->loopback);
  CHECK_FALSE(parse_http_url("U", "http://127.0.0.1.example.org")->loopback);
  CHECK_FALSE(parse_http_url("U", "https://broker.example.org")->loopback);
}

TEST_CASE("an address that is none is refused by name", "[net][http_url]") {
  for (const auto* text :
       {"", "127.0.0.1:8000", "ftp://host", "file:///etc/passwd", "http://", "http:///path",
        "http://user:password@host", "http://host?x=1", "http://host#x", "http://ho st",
        "http://host\r\nX: 1", "http://host:port", "http://host:1234567", "http://host:99999", "http://host:0",
        "http://host:", "http://[::1", "http://host\\@other"}) {
    INFO(text);
    const auto x = parse_http_url("BROKER_URL", text);
    REQUIRE_FALSE(x);
    CHECK(x.error().code == ec::bad_config);
    CHECK(x.error().why.rfind("BROKER_URL must", 0) == 0);
  }
}
