#include "actors/domain/ascii.hpp"
#include "actors/domain/redaction.hpp"
#include "test/support/benign_lines.hpp"
#include "test/support/catch.hpp"
#include "test/support/credential_samples.hpp"

#include <filesystem>
#include <fstream>

using namespace claw;
using claw::test::benign_lines;
using claw::test::credential_classes;
using claw::test::credential_sample;
using claw::test::sampler;

namespace {

constexpr std::size_t samples_per_class = 25;

/// True when any 8 bytes of the secret can be read.
bool shows(const std::string& text, const std::string& secret) {
  for (std::size_t at = 0; at + 8 <= secret.size(); ++at)
    if (text.find(std::string_view{secret}.substr(at, 8)) != std::string::npos)
      return true;
  return false;
}

std::string whole(const credential_sample& x) {
  return x.before + x.secret + x.after;
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

std::string base64_of(const std::string& text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      result += at + i > text.size() ? '=' : digits[bits >> (18 - 6 * i) & 63];
  }
  return result;
}

std::string json_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

} // namespace

TEST_CASE("of every class of credentials at least 99 in 100 are found", "[redaction]") {
  REQUIRE(credential_classes.size() >= 45);
  const redactor redact;
  std::size_t found = 0;
  std::size_t all = 0;
  for (const auto& kind : credential_classes) {
    sampler random{4711};
    for (std::size_t i = 0; i < samples_per_class; ++i, ++all) {
      const auto sample = kind.make(random);
      const auto shown = redact.whole(whole(sample));
      INFO(kind.name << ": " << whole(sample) << " -> " << shown);
      CHECK(shown.find(sample.before.substr(0, 4)) == 0);
      const bool hidden = !shows(shown, sample.secret);
      CHECK_NOFAIL(hidden);
      found += hidden ? 1 : 0;
    }
  }
  CHECK(found * 100 >= all * 99);
}

TEST_CASE("our own tokens are found in every encoding, without exception", "[redaction]") {
  sampler random{815};
  for (int round = 0; round < 200; ++round) {
    const auto token = random.of("ABCDEFabcdef0123456789+/=&%\"\\ -_.~$#@!", 12 + random.below(50));
    const redactor redact{{token}};
    const auto base64_all = base64_of(random.alnum(random.below(9)) + token + random.alnum(random.below(9)));
    CAPTURE(token);
    CHECK(redact.whole("x" + token + "y") == "x***y");
    CHECK(redact.whole("q=" + percent_encoded(token) + "&").find("q=***") == 0);
    const auto in_json = redact.whole(json_string(token));
    CHECK(in_json.size() < 8);
    const auto encoded = redact.whole(base64_all);
    CHECK(encoded.find("***") != std::string::npos);
    CHECK(encoded.size() <= base64_all.size() - token.size());
  }
}

TEST_CASE("at most one benign line in a thousand is touched", "[redaction]") {
  constexpr std::size_t lines = 10'000;
  const redactor redact;
  sampler random{99};
  std::size_t touched = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    const auto line = benign_lines[i % benign_lines.size()](random);
    const auto shown = redact.whole(line);
    INFO(line << " -> " << shown);
    CHECK_NOFAIL(shown == line);
    touched += shown == line ? 0 : 1;
  }
  CHECK(touched * 1'000 <= lines);
}

TEST_CASE("the code and the documents of this project stay as they are", "[redaction]") {
  const redactor redact;
  const auto prefix = GENERATE(as<std::string>{}, "", "src/a.cpp:12:", "-", "1a2b3c4d5e6 (Ann 2026-01-02 12) ");
  std::size_t lines = 0;
  std::size_t touched = 0;
  for (const auto* folder : {"actors", "apps", "docs", "llm", "net", "storage"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(CLAW_SOURCE_DIR "/") + folder)) {
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line); ++lines) {
        line.insert(0, prefix);
        const auto shown = redact.whole(line);
        INFO(entry.path().string() << ": " << line << " -> " << shown);
        CHECK_NOFAIL(shown == line);
        touched += shown == line ? 0 : 1;
      }
    }
  CHECK(lines > 10'000);
  CHECK(touched * 1'000 <= lines);
}

TEST_CASE("wherever a credential is cut in two, the stream shows what the whole shows", "[redaction]") {
  const redactor redact{{"our-own-Token/with+signs=1"}};
  sampler random{7};
  auto texts = std::vector<std::string>{"a our-own-Token/with+signs=1 b our-own-Token%2Fwith%2Bsigns%3D1 c"};
  for (const auto& kind : credential_classes)
    for (int i = 0; i < 2; ++i)
      if (auto text = whole(kind.make(random)); text.size() < 700)
        texts.push_back(std::move(text));
  for (const auto& text : texts) {
    const auto expected = redact.whole(text);
    for (std::size_t at = 1; at < text.size(); ++at) {
      stream_redactor stream{redact};
      auto shown = stream.feed(std::string_view{text}.substr(0, at));
      shown += stream.feed(std::string_view{text}.substr(at));
      shown += stream.finish();
      if (shown != expected)
        FAIL("cut at " << at << " of " << text << " -> " << shown << " instead of " << expected);
    }
    stream_redactor byte_by_byte{redact};
    std::string shown;
    for (const char c : text)
      shown += byte_by_byte.feed({&c, 1});
    CHECK(shown + byte_by_byte.finish() == expected);
  }
}
