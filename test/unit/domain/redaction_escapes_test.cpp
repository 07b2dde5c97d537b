// Credentials right behind an escape sequence: in JSON, in code, in URLs, in coloured output.
#include "actors/domain/redaction.hpp"
#include "test/support/catch.hpp"
#include "test/support/credential_samples.hpp"

using namespace claw;
using claw::test::credential_classes;
using claw::test::sampler;

namespace {

/// As they stand in a text, each of them between other words.
const std::vector<std::string> escapes{
    "\\n",      "\\t",       "\\r",       "\\r\\n",    "\\\"",     "\\'",     "\\b",         "\\f",   "\\v",   "\\0",
    "\\a",      "\\\\n",     "\\\\\\\\n", "\\u0022",   "\\u000a",  "\\u003D", "\\U0000000a", "\\x0a", "\\x22", "\\012",
    "\\033[0m", "\\e[1;31m", "\\x1b[31m", "\\u001b[m", "\x1b[31m", "%0A",     "%0d%0A",      "%22",   "%3D",   "%250A",
    "%25252B",  "&quot;",    "&#10;",     "&#x0A;",    "&lt;",     "&nbsp;",  "<br/>",       "\\/",   "\\s"};

} // namespace

TEST_CASE("a credential behind an escape sequence is found", "[redaction]") {
  const redactor redact;
  const std::string token = "ghp_" + sampler{5}.alnum(36);
  for (const auto& escape : escapes)
    for (const std::string before : {"", "first", "a = 7", "\"words"}) {
      CHECK(redact.whole(before + escape + token) == before + escape + "***");
      CHECK(redact.whole(before + escape + token + escape + "rest") == before + escape + "***" + escape + "rest");
      CHECK(redact.whole(before + escape + "DB_PASSWORD=swordfish") == before + escape + "DB_PASSWORD=***");
      CHECK(redact.whole(before + escape + "Bearer aB3xxxxxxxxxxxxxx") == before + escape + "Bearer ***");
    }
}

TEST_CASE("every class of credentials is found behind a line end in letters", "[redaction]") {
  const redactor redact;
  for (const auto& kind : credential_classes)
    for (const std::string escape : {"\\n", "%0A", "\\u0022"}) {
      sampler random{4711};
      const auto x = kind.make(random);
      const auto shown = redact.whole("text" + escape + x.before + x.secret + x.after);
      INFO(kind.name << ": " << shown);
      CHECK(shown.find(x.secret.substr(x.secret.size() / 2)) == std::string::npos);
    }
}

TEST_CASE("a setting behind a line end in letters is one at the beginning of a line", "[redaction]") {
  const redactor redact;
  CHECK(redact.whole("{\"env\": \"A=1\\npassword=swordfish\\nB=2\"}") == "{\"env\": \"A=1\\npassword=***\\nB=2\"}");
}

TEST_CASE("a value is found behind encoded signs and quotation marks", "[redaction]") {
  const redactor redact;
  const std::string value = "s3cretpass1";
  for (const std::string before :
       {"/p%3Fpassword%3D", "a&quot;password&quot;: &quot;", "{&#34;api_key&#34;:&#34;", "{\\u0022token\\u0022:\\u0022",
        "x password\\u003d", "%7B%22secret%22%3A%22", "DB_PASSWORD%3d", "{\\x22token\\x22: \\x22"}) {
    CHECK(redact.whole(before + value).find(value) == std::string::npos);
    CHECK(redact.whole(before + value + "&quot; rest").find(value) == std::string::npos);
    CHECK(redact.whole(before + value + " rest") == before + "*** rest");
  }
}

TEST_CASE("what only looks like an escape sequence hides and shows nothing", "[redaction]") {
  const redactor redact;
  for (const std::string text :
       {"C:\\new\\token.txt", "100% done", "50%off", "\\u00", "\\x", "%", "%2", "\\", "\x1b[", "\\u12zz"})
    CHECK(redact.whole(text) == text);
  const std::string word = "xghp_" + std::string(36, 'a'); // a longer word, no token
  CHECK(redact.whole(word) == word);
}

TEST_CASE("wherever an escape sequence is cut in two, the stream shows what the whole shows", "[redaction]") {
  const redactor redact;
  for (const auto& escape : escapes) {
    const auto text = "first" + escape + "ghp_" + std::string(40, 'a') + escape + "API_KEY=swordfish7 last";
    const auto expected = redact.whole(text);
    for (std::size_t at = 1; at < text.size(); ++at) {
      stream_redactor stream{redact};
      auto shown = stream.feed(std::string_view{text}.substr(0, at));
      shown += stream.feed(std::string_view{text}.substr(at));
      shown += stream.finish();
      if (shown != expected)
        FAIL("cut at " << at << " of " << text << " -> " << shown << " instead of " << expected);
    }
  }
}
