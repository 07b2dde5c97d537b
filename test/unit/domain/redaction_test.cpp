#include "actors/domain/redaction.hpp"
#include "test/support/catch.hpp"

#include <string>
#include <vector>

using namespace claw;

namespace {

std::string times(std::string_view what, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += what;
  return text;
}

// Put together here, so that no scanner of other people's mistakes takes this file for one.
const std::string word20 = "a1B2c3D4e5F6g7H8i9J0";
const std::string word40 = word20 + word20;
const std::string key_body
    = times("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n", 4) + "Ab3=\n";

std::string pem(const std::string& kind) {
  return "-----BEGIN " + kind + "-----\n" + key_body + "-----END " + kind + "-----";
}

struct shape_case {
  std::string text;
  std::string shown;
};

const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dQw4w9WgXcQ_abc-def";

/// Behind what tools put in front of a line.
const std::vector<shape_case> prefixed{
    {"a b/c.env:12:password=correcthorsebattery", "a b/c.env:12:password=***"},
    {"a.env:3:  client_secret=opensesameopen", "a.env:3:  client_secret=***"},
    {"-api_token=abcdefabcdef", "-api_token=***"},
    {"+token=swordfishswordfish", "+token=***"},
    {"-" + jwt, "-***"},
    {"@@ -1,2 +1,3 @@ token=swordfishswordfish", "@@ -1,2 +1,3 @@ token=***"},
    {"^1a2b3c4d5e (Ann Other 2026-01-02 12) client_secret=opensesameopen",
     "^1a2b3c4d5e (Ann Other 2026-01-02 12) client_secret=***"},
    {"1a2b3c4d5e6 a/b.env (Ann 2026-01-02  7)   password=correcthorse",
     "1a2b3c4d5e6 a/b.env (Ann 2026-01-02  7)   password=***"},
};

std::vector<shape_case> positives() {
  std::vector<shape_case> all{
      {"sk-" + word20, "***"},
      {"sk-proj-" + word40 + "_x", "***"},
      {"xoxb-" + word20, "***"},
      {"xoxp-1234567890-" + word20, "***"},
      {"xoxa-2-" + word20, "***"},
      {"xoxr-" + word20, "***"},
      {"xoxs-" + word20, "***"},
      {"ghp_" + word20 + "a1B2c3D4e5F6g7H8", "***"},
      {"gho_" + word40, "***"},
      {"ghu_" + word40, "***"},
      {"ghs_" + word40, "***"},
      {"ghr_" + word40, "***"},
      {"github_pat_" + word20 + "_" + word40, "***"},
      {"AIza" + word20 + "a1B2c3D4e5F6g7H", "***"},
      {"AKIA" + std::string{"IOSFODNN7EXAMPLE"}, "***"},
      {"ASIA" + std::string{"IOSFODNN7EXAMPLE"}, "***"},
      {"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
       "aws_secret_access_key = ***"},
      {"\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\"",
       "\"SecretAccessKey\": \"***\""},
      {"glpat-" + word20, "***"},
      {"npm_" + word40, "***"},
      {"sk_live_" + word20, "***"},
      {"rk_live_" + word20, "***"},
      {"MTA5NjI4NTQ5MTM0Mjk1MDQ1.GkQeRt.abcdefghijklmnopqrstuvwxyz0123456789AB", "***"},
      {jwt, "***"},
      {"Authorization: Bearer abc.def-123456", "Authorization: ***"},
      {"authorization: Basic dXNlcjpwYXNz", "authorization: ***"},
      {"curl -H \"Authorization: Bearer " + word20 + "\" http://x",
       "curl -H \"Authorization: ***\" http://x"},
      {"sent Bearer " + word20 + " there", "sent Bearer *** there"},
      {"X-Bot-Token: swordfish", "X-Bot-Token: ***"},
      {"DB_PASSWORD=hunter2", "DB_PASSWORD=***"},
      {"password=hunter2", "password=***"},
      {"export WORKER_TOKEN=swordfish", "export WORKER_TOKEN=***"},
      {"a.env:12:WORKER_TOKEN=swordfish", "a.env:12:WORKER_TOKEN=***"},
      {"PASSWORD=\"correct horse battery\"", "PASSWORD=\"***\""},
      {"https://h/p?a=1&token=abc&b=2", "https://h/p?a=1&token=***&b=2"},
      {"https://h/p?secret=abc#x", "https://h/p?secret=***"},
      {"https://user:pa55@host/x", "https://user:***@host/x"},
      {"{\"token\": \"abcdefgh1\"}", "{\"token\": \"***\"}"},
      {R"({\"token\": \"abcdefgh1\"})", R"({\"token\": \"***\"})"},
      {"MaaaaaaaaaaaaaaaaaaaaaaX.bbbbbb.ccccccccccccccccccccccccccc", "***"},
      {R"({"password": "ab\"cdefgh1"})", R"({"password": "***"})"},
      {pem("PRIVATE KEY"), "***"},
      {pem("RSA PRIVATE KEY"), "***"},
      {pem("EC PRIVATE KEY"), "***"},
      {pem("OPENSSH PRIVATE KEY"), "***"},
      {pem("ENCRYPTED PRIVATE KEY"), "***"},
      {pem("PGP PRIVATE KEY BLOCK"), "***"},
  };
  all.insert(all.end(), prefixed.begin(), prefixed.end());
  return all;
}

} // namespace

TEST_CASE("every kind of credential is replaced, alone and inside a text", "[redaction]") {
  const redactor redact;
  for (const auto& x : positives()) {
    CHECK(redact.whole(x.text) == x.shown);
    CHECK(redact.whole("first\n" + x.text + "\nlast") == "first\n" + x.shown + "\nlast");
  }
}

TEST_CASE("prefixed tokens are found behind quotes, brackets and signs", "[redaction]") {
  const redactor redact;
  for (const std::string before : {"", " ", "\"", "'", "(", "=", ":", ",", "`", "/", "\n"})
    for (const std::string after : {"", " ", "\"", "'", ")", ",", "`", "\n"})
      CHECK(redact.whole("x " + before + "ghp_" + word40 + after) == "x " + before + "***" + after);
}

TEST_CASE("our own tokens are replaced wherever they stand", "[redaction]") {
  const redactor redact{{"T0ken/with+odd=", "short"}};
  CHECK(redact.whole("aT0ken/with+odd=b") == "a***b");
  CHECK(redact.whole("T0ken/with+odd=T0ken/with+odd=") == "***");
  CHECK(redact.whole("u=T0ken%2Fwith%2Bodd%3D") == "u=***");
  CHECK(redact.whole("u=T0ken%2fwith%2bodd%3d") == "u=***");
  CHECK(redact.whole(R"(T0ken\/with+odd=)") == "***");
  CHECK(redact.whole("VDBrZW4vd2l0aCtvZGQ9") == "***");
  CHECK(redact.whole("short") == "short");
}

TEST_CASE("a long token of ours is known by most of it, wherever a limit has cut it", "[redaction]") {
  const std::string token = "0123456789abcdef0123456789ABCDEF"; // 32 bytes
  const redactor redact{{token}};
  for (std::size_t kept = 24; kept <= token.size(); ++kept) {
    const auto head = redact.whole("x=" + token.substr(0, kept) + "... cut");
    CHECK(head.starts_with("x=***"));
    CHECK(head.size() <= std::string{"x=***... cut"}.size() + 7);
    const auto tail = redact.whole("x=" + token.substr(token.size() - kept) + "|");
    CHECK(tail.ends_with("***|"));
  }
  CHECK(redact.whole("x=" + token + "|") == "x=***|");
  CHECK(redact.whole(token.substr(0, 20)) == token.substr(0, 20));
  CHECK(redactor{{"change-me-token"}}.whole("change-me-tok") == "change-me-tok");
}

TEST_CASE("a token is found at each of the three places in base64", "[redaction]") {
  const redactor redact{{"0123456789abcdef"}};
  // printf 'xxx0123456789abcdefyy' | base64, with no, one and two bytes before the value
  for (const std::string encoded : {"MDEyMzQ1Njc4OWFiY2RlZnl5", "eDAxMjM0NTY3ODlhYmNkZWZ5eQ==",
                                    "eHgwMTIzNDU2Nzg5YWJjZGVmeXk="}) {
    const auto shown = redact.whole(encoded);
    CHECK(shown.find("***") != std::string::npos);
    CHECK(shown.size() < 12);
  }
}

TEST_CASE("however a text is cut, the stream shows what the whole shows", "[redaction]") {
  const redactor redact{{"T0ken/with+odd="}};
  auto cases = positives();
  cases.push_back({"a T0ken/with+odd= b", "a *** b"});
  cases.push_back({"VDBrZW4vd2l0aCtvZGQ9", "***"});
  for (const auto& x : cases) {
    const auto text = "He said:\n" + x.text + "\nand left.";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      stream_redactor stream{redact};
      auto shown = stream.feed(std::string_view{text}.substr(0, cut));
      shown += stream.feed(std::string_view{text}.substr(cut));
      shown += stream.finish();
      if (shown != "He said:\n" + x.shown + "\nand left.") {
        CAPTURE(cut, x.text);
        CHECK(shown == "He said:\n" + x.shown + "\nand left.");
        break;
      }
    }
    stream_redactor drop_by_drop{redact};
    std::string shown;
    for (const char c : text)
      shown += drop_by_drop.feed(std::string_view{&c, 1});
    shown += drop_by_drop.finish();
    CHECK(shown == "He said:\n" + x.shown + "\nand left.");
  }
}

TEST_CASE("a stream shows ordinary words at once", "[redaction]") {
  const redactor redact{{"swordfish-0815"}};
  stream_redactor stream{redact};
  CHECK(stream.feed("The lease is ") == "The lease is ");
  CHECK(stream.feed("renewed, ") == "renewed, ");
  CHECK(stream.finish().empty());
}

TEST_CASE("a stream can be used for another text", "[redaction]") {
  const redactor redact;
  stream_redactor stream{redact};
  auto shown = stream.feed("-----BEGIN PRIVATE KEY-----\nMIIE");
  shown += stream.finish();
  CHECK(shown == "***");
  shown = stream.feed("hello");
  shown += stream.finish();
  CHECK(shown == "hello");
}

TEST_CASE("a token of this broker is redacted by its shape, a kid alone is not", "[redaction]") {
  const redactor redact;
  const auto kid = std::string{"oc0123456789abcd"};
  const auto token = kid + "." + std::string(64, 'e');
  CHECK(redact.whole("X-Bot-Token: " + token) == "X-Bot-Token: ***");
  CHECK(redact.whole("it is " + token + ", keep it") == "it is ***, keep it");
  CHECK(redact.whole("kid=" + kid + " role=bot") == "kid=" + kid + " role=bot");
  CHECK(redact.whole(kid + "." + std::string(63, 'e')) == kid + "." + std::string(63, 'e'));
  CHECK(redact.whole("octopus.example.org") == "octopus.example.org");
  for (std::size_t cut = 0; cut <= token.size(); ++cut) {
    stream_redactor stream{redact};
    auto shown = stream.feed(token.substr(0, cut));
    shown += stream.feed(token.substr(cut) + " end");
    CHECK(shown + stream.finish() == "*** end");
  }
}
