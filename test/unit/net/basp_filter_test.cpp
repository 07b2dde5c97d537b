#include "net/basp_filter.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

constexpr uint64_t receiver = 42;
const std::string head = std::string{"\0head", 5};

std::string bytes_of(uint64_t x, int count) {
  std::string all;
  for (int i = count - 1; i >= 0; --i)
    all += static_cast<char>(x >> (8 * i) & 0xff);
  return all;
}

struct sent {
  uint8_t type = 2;
  uint8_t flags = 0;
  uint64_t claimed = 0; ///< payload's length
  uint64_t data = 7;
  uint64_t from = 9;
  uint64_t to = receiver;

  std::string header() const {
    return std::string{static_cast<char>(type), 0, 0, static_cast<char>(flags)} + bytes_of(claimed, 4)
           + bytes_of(data, 8) + bytes_of(from, 8) + bytes_of(to, 8);
  }
};

std::string question(const std::string& text) {
  auto all = head;
  auto size = text.size();
  for (; size > 0x7f; size >>= 7)
    all += static_cast<char>((size & 0x7f) | 0x80);
  return all + static_cast<char>(size) + text;
}

class peer {
public:
  explicit peer(bool greets = true) {
    if (greets)
      REQUIRE(say({1, 0, 0, 0, 0, 0}, "whatever it says") == (sent{1, 0, 2, 0, 0, 0}.header() + "me"));
  }

  /// @returns what passes, or `!` and why the connection ends
  std::string say(sent x, const std::string& payload) {
    x.claimed = payload.size();
    const auto count = filter_.payload_bytes(x.header());
    if (!count)
      return "!" + count.error().why;
    CHECK(*count == payload.size());
    const auto passed = filter_.pass(x.header(), payload);
    return passed ? *passed : "!" + passed.error().why;
  }

  bool is_refused(const sent& x) { return !filter_.payload_bytes(x.header()).ok(); }

private:
  basp_filter filter_{{receiver, head, 200}, "me"};
};

} // namespace

TEST_CASE("a peer's greeting is replaced by the name that we call it by", "[inspection]") {
  peer{};
}

TEST_CASE("a question to the one actor passes as it is", "[inspection]") {
  peer x;
  for (const auto& text :
       {std::string{}, std::string{"{}"}, std::string(127, 'a'), std::string(128, 'b'), std::string(200, 'c')}) {
    const auto payload = question(text);
    CHECK(x.say({}, payload) == (sent{2, 0, payload.size(), 7, 9, receiver}.header() + payload));
  }
}

TEST_CASE("a question loses its flags and keeps who asks", "[inspection]") {
  peer x;
  const auto payload = question("?");
  CHECK(x.say({2, 0x80, 0, 1ULL << 63, 77, receiver}, payload)
        == (sent{2, 0, payload.size(), 1ULL << 63, 77, receiver}.header() + payload));
}

TEST_CASE("what is no question to the one actor is dropped", "[inspection]") {
  peer x;
  const auto good = question("?");
  CHECK(x.say({2, 0, 0, 7, 9, receiver + 1}, good).empty());
  CHECK(x.say({2, 1, 0, 7, 9, receiver}, good).empty()); // the receiver is the name of a service
  CHECK(x.say({3, 0, 0, 7, 9, receiver}, good).empty());
  CHECK(x.say({4, 0, 0, 0, 0, receiver}, "nodes").empty());
  CHECK(x.say({5, 0, 0, 0, 9, 0}, "nodes, reason").empty());
  CHECK(x.say({6, 0, 0, 0, 0, 0}, "a heartbeat has no payload").empty());
  CHECK(x.say({1, 2, 0, 0, 0, 0}, "a second greeting").empty());
}

TEST_CASE("a payload of another shape than a question's is dropped", "[inspection]") {
  peer x;
  for (const auto& payload :
       {std::string{"x"}, head, question("?").substr(1), question("?") + "?", question(std::string(201, 'x')),
        head + "\x05" + "abc", head + "\xff\xff", head + "\x80\x80\x80\x01" + "a"})
    CHECK(x.say({}, payload).empty());
}

TEST_CASE("a sign of life passes without anything that it may carry", "[inspection]") {
  peer x;
  CHECK(x.say({6, 9, 0, 8, 7, 6}, "") == (sent{6, 0, 0, 0, 0, 0}.header()));
}

TEST_CASE("a frame that claims to be long is refused before anything is read of it", "[inspection]") {
  peer x;
  for (uint64_t claimed : {4'097ULL, 0x7fffffffULL, 0xffffffffULL})
    CHECK(x.is_refused({2, 0, claimed, 7, 9, receiver}));
  CHECK_FALSE(x.is_refused({2, 0, 4'096, 7, 9, receiver}));
  CHECK(peer{false}.is_refused({1, 0, 0x7fffffff, 0, 0, 0}));
}

TEST_CASE("frames that no inspector sends are refused", "[inspection]") {
  peer x;
  CHECK(x.is_refused({0, 0, 8, 1, 0, 0}));
  for (int type = 7; type < 256; ++type)
    CHECK(x.is_refused({static_cast<uint8_t>(type), 0, 8, 0, 0, 0}));
}

TEST_CASE("nothing comes before the greeting", "[inspection]") {
  for (uint8_t type = 2; type <= 6; ++type)
    CHECK(peer{false}.is_refused({type, 0, 8, 7, 9, receiver}));
}

TEST_CASE("whoever goes on with what is dropped is sent away", "[inspection]") {
  peer x;
  for (int i = 0; i < 64; ++i)
    REQUIRE(x.say({4, 0, 0, 0, 0, receiver}, "nodes").empty());
  CHECK(x.say({4, 0, 0, 0, 0, receiver}, "nodes").starts_with("!"));
}
