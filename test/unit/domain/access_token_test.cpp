#include "actors/domain/access_token.hpp"
#include "actors/domain/limits.hpp"
#include "test/support/catch.hpp"

#include <random>
#include <set>

using namespace claw;

namespace {

constexpr int64_t now_s = 1'700'000'000;

access_token token(const std::string& kid, const std::string& principal,
                   token_role role = token_role::bot) {
  access_token x;
  x.kid = kid;
  x.principal = principal;
  x.role = role;
  return x;
}

ec refusal(const std::vector<access_token>& present, const access_token& wanted) {
  const auto x = admit_token(present, wanted, now_s);
  CHECK((x.ok() || !x.error().why.empty()));
  return x ? ec::none : x.error().code;
}

} // namespace

TEST_CASE("a new token has a kid, a dot and 256 bits as hexadecimal digits", "[token]") {
  std::mt19937_64 random{7};
  std::set<std::string> all;
  for (int i = 0; i < 1'000; ++i) {
    const auto text = new_token_text([&] { return random(); });
    REQUIRE(text.size() == 16 + 1 + 64);
    const auto kid = kid_of(text);
    REQUIRE(kid);
    CHECK(is_kid(*kid));
    CHECK(text.substr(0, 17) == std::string{*kid} + '.');
    all.insert(std::string{*kid});
    all.insert(text.substr(17));
  }
  CHECK(all.size() == 2'000);
}

TEST_CASE("the whole range of the random bits is in the secret", "[token]") {
  const auto text = new_token_text([] { return ~uint64_t{0}; });
  CHECK(text == "oc" + std::string(14, 'f') + "." + std::string(64, 'f'));
}

TEST_CASE("what does not look like a token has no kid", "[token]") {
  const auto good = "oc0123456789abcd." + std::string(64, 'a');
  REQUIRE(kid_of(good) == "oc0123456789abcd");
  for (const auto& bad :
       {std::string{}, std::string{"oc0123456789abcd"}, std::string{"oc0123456789abcd."},
        good + "a", good.substr(1), "OC" + good.substr(2), "oc0123456789abcd:" + std::string(64, 'a'),
        "oc0123456789abcg." + std::string(64, 'a'), "oc0123456789abcd." + std::string(63, 'a') + 'A',
        "oc0123456789abcd." + std::string(63, 'a') + '\0', ' ' + good, good + ' '})
    CHECK_FALSE(kid_of(bad));
}

TEST_CASE("the names of the roles are read as they are written", "[token]") {
  for (const auto role :
       {token_role::bot, token_role::worker, token_role::admin, token_role::reader})
    CHECK(parse_token_role(to_string(role)) == role);
  CHECK(to_string(token_role::reader) == "read-only");
  CHECK_FALSE(parse_token_role("root"));
  CHECK_FALSE(parse_token_role(""));
}

TEST_CASE("a principal has up to two tokens that are good, and one role", "[token]") {
  const std::vector<access_token> one{token("a", "discord")};
  CHECK(refusal({}, token("a", "discord")) == ec::none);
  CHECK(refusal(one, token("b", "discord")) == ec::none);
  CHECK(refusal(one, token("b", "discord", token_role::admin)) == ec::refused);
  auto two = one;
  two.push_back(token("b", "discord"));
  CHECK(refusal(two, token("c", "discord")) == ec::refused);
  CHECK(refusal(two, token("c", "another")) == ec::none);
  two.back().expires_s = now_s;
  CHECK(refusal(two, token("c", "discord")) == ec::none);
}

TEST_CASE("the fields of a new token are checked", "[token]") {
  for (const auto& name : {"", "legacy", "a b", "a\nb", "\xc3\xa4", "a/b", "a\"b"})
    CHECK(refusal({}, token("a", name)) == ec::bad_shape);
  CHECK(refusal({}, token("a", std::string(64, 'n'))) == ec::none);
  CHECK(refusal({}, token("a", std::string(65, 'n'))) == ec::bad_shape);
  CHECK(refusal({}, token("a", "Az09._:-")) == ec::none);
  auto late = token("a", "x");
  late.expires_s = now_s;
  CHECK(refusal({}, late) == ec::bad_shape);
  late.expires_s = now_s + 1;
  CHECK(refusal({}, late) == ec::none);
}

TEST_CASE("only a worker's token can be bound to a worker and to caps", "[token]") {
  for (const auto role :
       {token_role::bot, token_role::worker, token_role::admin, token_role::reader}) {
    const auto expected = role == token_role::worker ? ec::none : ec::bad_shape;
    auto to_worker = token("a", "x", role);
    to_worker.worker_id = "w1";
    CHECK(refusal({}, to_worker) == expected);
    auto to_caps = token("a", "x", role);
    to_caps.caps = caps{};
    CHECK(refusal({}, to_caps) == expected);
  }
  auto wide = token("a", "x", token_role::worker);
  wide.worker_id = std::string(256, 'w');
  CHECK(refusal({}, wide) == ec::bad_shape);
}

TEST_CASE("there are no more tokens than the broker keeps", "[token]") {
  std::vector<access_token> all;
  for (std::size_t i = 0; i < limits::tokens_max; ++i)
    all.push_back(token("k" + std::to_string(i), "p" + std::to_string(i)));
  CHECK(refusal(all, token("new", "new")) == ec::refused);
  all.pop_back();
  CHECK(refusal(all, token("new", "new")) == ec::none);
}
