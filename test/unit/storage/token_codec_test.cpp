#include "storage/token_codec.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_tokens.hpp"

#include <string>

using namespace claw;

namespace {

std::string bytes_of(const access_token& x) {
  std::string out;
  encode(x, out);
  return out;
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{text.substr(i, 2)}, nullptr, 16));
  return bytes;
}

bool is_broken(const outcome<access_token>& x) {
  return !x && x.error().code == ec::store_broken && !x.error().why.empty();
}

} // namespace

TEST_CASE("a token survives with every field", "[codec]") {
  const auto x = full_token();
  CHECK(*decode_token(x.kid, bytes_of(x)) == x);
  for (const auto role :
       {token_role::bot, token_role::worker, token_role::admin, token_role::reader}) {
    const auto plain = sample_token(role, "me");
    CHECK(*decode_token(plain.kid, bytes_of(plain)) == plain);
  }
  auto no_caps = full_token();
  no_caps.caps = caps{};
  CHECK(*decode_token(no_caps.kid, bytes_of(no_caps)) == no_caps);
}

TEST_CASE("a token's bytes that were cut or changed are an error, never a token", "[codec]") {
  const auto x = full_token();
  const auto bytes = bytes_of(x);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(is_broken(decode_token(x.kid, std::string_view{bytes}.substr(0, size))));
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    auto flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
    CHECK(is_broken(decode_token(x.kid, flipped)));
  }
  CHECK(is_broken(decode_token(x.kid, bytes + '\0')));
  CHECK(is_broken(decode_token("oc0123456789abce", bytes)));
}

TEST_CASE("a token's bytes of version 1 stay readable for ever", "[codec]") {
  // Written by version 1. A later version adds its own bytes below and leaves these alone.
  const auto token = decode_token(
      "oc0123456789abcd",
      from_hex("01070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff01066a6574736f6e"
               "086a6574736f6e2d3101020a6c6c6d3a6a6574736f6e0a7265706f5f746f6f6c7380c49fd50c0180c8"
               "ceb40d231540ca"));
  REQUIRE(token);
  CHECK(*token == full_token());
}
