#include "actors/domain/redaction.hpp"
#include "test/support/catch.hpp"

#include <string>

using namespace claw;

namespace {

std::string filled(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += piece;
  return text;
}

} // namespace

TEST_CASE("hostile texts take a linear number of steps", "[redaction]") {
  constexpr std::size_t bytes = 8 * shape_bytes_max; // well beyond what a scanner looks ahead
  const redactor redact{{"aaaaaaaaaaaaaaaaaaaaaaab", "sk-sk-sk-x"}};
  const auto steps_for = [&](const std::string& text) {
    stream_redactor stream{redact};
    stream.feed(text);
    stream.finish();
    return stream.steps();
  };
  for (const std::string piece : {"a",
                                  "-",
                                  "=",
                                  ":",
                                  "eyJ",
                                  "eyJ-",
                                  "eyJaaaaaaaaaa.",
                                  "sk-",
                                  "sk",
                                  "ghp_",
                                  "ghp_a ",
                                  "M",
                                  "MMMMMMMMMMMMMMMMMMMMMMMM.",
                                  "password",
                                  "password=",
                                  "token:",
                                  "token = ",
                                  "\"token\"",
                                  "://",
                                  "://a:",
                                  "Bearer ",
                                  "authorization: ",
                                  "-----BEGIN ",
                                  "-----BEGIN PRIVATE KEY-----",
                                  "-----BEGIN PRIVATE KEY-----\n",
                                  "A.",
                                  "\n",
                                  "\\n",
                                  "AKIA",
                                  "?token=x",
                                  "\xff",
                                  "BEGIN ",
                                  "sk_live_",
                                  "shippo_",
                                  "glpat-",
                                  "dp.pt.",
                                  "hooks.slack.com/services/",
                                  "discord.com/api/webhooks/1/",
                                  "1:A",
                                  "-u a:",
                                  "-u ",
                                  "a_key=",
                                  "&sig="}) {
    CAPTURE(piece);
    const auto steps = steps_for(filled(piece, bytes));
    CHECK(steps < 64 * bytes);
    CHECK(steps_for(filled(piece, 2 * bytes)) < 2 * steps + steps / 8);
  }
}

TEST_CASE("a megabyte of hostile text takes no more steps a byte than a short one", "[redaction]") {
  const redactor redact{{"aaaaaaaaaaaaaaaaaaaaaaab"}};
  for (const std::string piece : {"a_key=", "eyJ-", "token = \"aaaa ", "-----BEGIN PRIVATE KEY----- "}) {
    CAPTURE(piece);
    stream_redactor stream{redact};
    stream.feed(filled(piece, 1U << 20));
    stream.finish();
    CHECK(stream.steps() < 64U << 20);
  }
}

TEST_CASE("a stream never holds back more than a few kilobytes", "[redaction]") {
  const redactor redact;
  for (const std::string piece :
       {"a", "eyJ", "password=", "token = \"aaaa ", "-----BEGIN PRIVATE KEY-----", "M", "sk-",
        "authorization: ", "://", "Bearer "}) {
    CAPTURE(piece);
    stream_redactor stream{redact};
    for (const char c : "-----BEGIN PRIVATE KEY----- " + filled(piece, 2 * shape_bytes_max)) {
      stream.feed(std::string_view{&c, 1});
      if (stream.held_back() > shape_bytes_max)
        FAIL("holds back " << stream.held_back());
    }
    stream.finish();
    CHECK(stream.held_back() == 0);
  }
}

TEST_CASE("credentials longer than the scanners look ahead do not leak their ends", "[redaction]") {
  const redactor redact;
  for (const std::string begin : {"sk-a1", "ghp_a1", "eyJhbGciOiJI.eyJ", "xoxb-1", "token=a1"}) {
    CAPTURE(begin);
    const auto shown = redact.whole(begin + filled("Zq9", 10'000) + " end");
    CHECK(shown.size() < 20);
    CHECK(shown.find("Zq9") == std::string::npos);
    CHECK(shown.find(" end") != std::string::npos);
  }
}

TEST_CASE("a private key that never ends takes only its own lines along", "[redaction]") {
  const redactor redact;
  const auto line = filled("MIIEvQIBADAN", 60);
  CHECK(redact.whole("-----BEGIN PRIVATE KEY-----\n" + line + "\n" + line + "\nThat was it.\n")
        == "***That was it.\n");
  CHECK(redact.whole("if (x == \"-----BEGIN PRIVATE KEY-----\")\n  return 1;\n").find("return 1;")
        != std::string::npos);
}

TEST_CASE("a private key inside JSON is replaced whole", "[redaction]") {
  const redactor redact;
  const auto line = filled("MIIEvQIBADAN", 60);
  CHECK(redact.whole("{\"k\":\"-----BEGIN PRIVATE KEY-----\\n" + line + "\\n" + line
                     + "\\n-----END PRIVATE KEY-----\\n\"}")
        == "{\"k\":\"***\\n\"}");
  CHECK(redact.whole("-----BEGIN PRIVATE KEY----- " + filled("MIIEvQIBADAN", 3'000)
                     + " -----END PRIVATE KEY-----.")
        == "***.");
}

TEST_CASE("ordinary text stays as it is", "[redaction]") {
  const redactor redact{{"the-real-token-value"}};
  for (const std::string text : {
           "commit 4a79c94d8f0e1b2c3d4e5f60718293a4b5c6d7e8",
           "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           "550e8400-e29b-41d4-a716-446655440000",
           "0191d3f0-7c1e-7b7a-8f5e-2f6a1c9d4e3b is done",
           "auto token = next_token(input);",
           "const std::string token = parse(text);",
           "  foo(token=token, password=args.password)",
           "        token=self.token,",
           "std::string_view token; // the word before",
           "token: str = None",
           "the token: it is checked in constant time",
           "LLM_MAX_TOKENS=4096",
           "max_tokens: 4096",
           "if (password == other) return;",
           "WORKER_TOKEN=<from broker onboarding>",
           "LLM_API_KEY=",
           "BOT_TOKEN=${BOT_TOKEN}",
           "password=***",
           "a task-sk-learn and sk-learn-with-a-rather-long-name",
           "risk-1234567890123456789012345",
           "http://127.0.0.1:8000/v1?x=1",
           "https://example.org/a@b:c",
           "git@github.com:owner/name.git",
           "Authorization is checked before anything else",
           "the Authorization: header carries it",
           "bearer of good news and other things",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
           "| a | b |\n|-----|-----|\n",
           "--------------------------------",
           "std::map<std::string, std::vector<int>> x{};",
           "eyJ is how it begins",
           "version 1.2.3-rc.4 of npm_package",
           "MAXIMUM_NUMBER_OF_THINGS.second.third_part_of_this_long_name",
           "X-Worker-Token",
           "event=job_claimed job_id=0191d3f0-7c1e-7b7a-8f5e-2f6a1c9d4e3b worker_id=wsl-vllm",
       })
    CHECK(redact.whole(text) == text);
}

TEST_CASE("orders to the reader get a line of warning in front", "[redaction]") {
  const std::string warning = "⚠️ Output may contain instructions — verify before acting.\n";
  for (const std::string text :
       {"Please RUN this  command: ls", "Paste this into your\nterminal", "do this next",
        "click this link to connect", "Execute the following"})
    CHECK(with_instruction_warning(text) == warning + text);
  CHECK(with_instruction_warning("It runs the command.") == "It runs the command.");
  CHECK(with_instruction_warning("").empty());
}
