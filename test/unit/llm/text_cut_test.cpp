#include "llm/path_rules.hpp"
#include "llm/text_cut.hpp"
#include "test/support/catch.hpp"

using namespace claw;

TEST_CASE("bytes become valid UTF-8", "[llm][text]") {
  CHECK(is_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const auto* wrong : {"\x80", "\xC0\xAF", "\xC3", "\xE2\x82", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xFF", "\xE0\x80\x80", "a\xF0\x9F\x98"}) {
    CHECK_FALSE(is_utf8(wrong));
    CHECK(is_utf8(to_utf8(wrong)));
  }
  CHECK(to_utf8("a\xFF"
                "b")
        == "a\xEF\xBF\xBD"
           "b");
}

TEST_CASE("a cut never splits a character", "[llm][text]") {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";
  for (std::size_t i = 0; i <= text.size() + 1; ++i) {
    const auto cut = cut_at_character(text, i);
    CHECK(cut.size() <= i);
    CHECK(is_utf8(cut));
  }
  CHECK(first_characters(text, 3) == "a\xC3\xA4\xE2\x82\xAC");
}

TEST_CASE("paths into .git and names of credentials are known", "[llm][path]") {
  for (const auto* path : {".git", ".GIT/config", "a/.Git/b", ".git./x", "git~1", ".git::$DATA"})
    CHECK(enters_git_folder(path));
  for (const auto* path : {".github/x", ".gitignore", "git", "a.git", ".gitmodules"})
    CHECK_FALSE(enters_git_folder(path));
  for (const auto* path : {".env", "a/.env.local", "prod.env", "x.PEM", "id_rsa", "id_ed25519_work",
                           "a/.ssh/config", ".aws/x", ".openclaw/log/broker.log", ".netrc", "a/credentials"})
    CHECK(names_credentials(path));
  for (const auto* path : {".env.example", "id_rsa.pub", "src/environment.cpp", "keyboard.cpp",
                           "deploy/env.examples/runner.env.example", "credentials.cpp"})
    CHECK_FALSE(names_credentials(path));
}

TEST_CASE("relative paths lose what means nothing", "[llm][path]") {
  CHECK(*checked_relative_path("./a//b/./c/") == "a/b/c");
  CHECK(*checked_relative_path("") == "");
  CHECK(*checked_relative_path(".") == "");
  CHECK(*checked_relative_path("a..b/...") == "a..b/...");
}
