#include "actors/domain/sent_before.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

constexpr snowflake me{900}, asked{10};

discord_message own(uint64_t id, const std::string& content, snowflake replies_to = {}) {
  discord_message x;
  x.id = snowflake{id};
  x.author = me;
  x.what = discord_message::kind::plain;
  x.content = content;
  x.replies_to = replies_to;
  return x;
}

errand about(snowflake place = snowflake{4}) {
  errand x;
  x.id = asked;
  x.channel = snowflake{4};
  x.place = place;
  x.job_id = "job-1";
  return x;
}

outgoing_message wanted(const errand& x, std::size_t slot, const std::string& content) {
  outgoing_message out;
  out.content = content;
  out.nonce = nonce_of(x, slot);
  out.replies_to = anchor_of(x);
  return out;
}

} // namespace

TEST_CASE("a reply to the request that no record knows is what was sent before", "[sent_before]") {
  auto x = about();
  const auto answer = wanted(x, 1, "pong");
  CHECK(sent_before({own(13, "pong", asked), own(12, "status", asked)}, answer, x, me) == snowflake{12});
  x.status = snowflake{12};
  CHECK(sent_before({own(13, "pong", asked), own(12, "status", asked)}, answer, x, me) == snowflake{13});
  x.parts = {snowflake{13}};
  CHECK_FALSE(is_set(sent_before({own(13, "pong", asked), own(12, "status", asked)}, answer, x, me)));
}

TEST_CASE("what others say, replies to other requests and system messages are not", "[sent_before]") {
  const auto x = about();
  auto other = own(12, "pong", asked);
  other.author = snowflake{200};
  auto system = own(13, "pong", asked);
  system.what = discord_message::kind::system;
  CHECK_FALSE(is_set(sent_before({other, system, own(14, "pong", snowflake{11})}, wanted(x, 1, "pong"), x, me)));
}

TEST_CASE("where the server tells nonces they decide", "[sent_before]") {
  const auto x = about();
  auto seen = own(12, "changed since");
  seen.nonce = nonce_of(x, 1);
  CHECK(sent_before({seen}, wanted(x, 1, "pong"), x, me) == snowflake{12});
  seen.nonce = nonce_of(x, 2);
  seen.replies_to = asked;
  CHECK_FALSE(is_set(sent_before({seen}, wanted(x, 1, "pong"), x, me)));
}

TEST_CASE("what replies to nothing is known by its words", "[sent_before]") {
  const auto x = about(snowflake{5}); // said in a direct message instead of the channel
  CHECK(sent_before({own(12, "pong ")}, wanted(x, 1, "pong"), x, me) == snowflake{12});
  CHECK_FALSE(is_set(sent_before({own(12, "another answer")}, wanted(x, 1, "pong"), x, me)));
  CHECK(sent_before({own(12, "✅ Job job-1 done in 2 s")}, wanted(x, 0, "Job created: job-1."), x, me) == snowflake{12});
  const auto in_thread = about(asked);
  CHECK(sent_before({own(12, "whatever")}, wanted(in_thread, 1, "pong"), in_thread, me) == snowflake{12});
}
