#include "llm/patch_sections.hpp"
#include "test/support/catch.hpp"

#include <vector>

using namespace claw;

namespace {

constexpr std::string_view two_files = "diff --git a/a b/a\n"
                                       "index 1..2 100644\n"
                                       "--- a/a\n"
                                       "+++ b/a\n"
                                       "@@ -1,2 +1,3 @@ f()\n"
                                       " one\n"
                                       "-diff --git a/x b/x\n"
                                       "+two\n"
                                       "+diff --git a/y b/y\n"
                                       "@@ -10 +11 @@\n"
                                       "-ten\n"
                                       "+eleven\n"
                                       "\\ No newline at end of file\n"
                                       "diff --git a/b c b/b c\n"
                                       "new file mode 100644\n";

} // namespace

TEST_CASE("a patch falls into the sections of its files", "[llm][patch]") {
  std::string_view rest = two_files;
  const auto first = next_section(rest);
  CHECK(first_line(first) == patch_header("a"));
  CHECK(first.ends_with("No newline at end of file\n"));
  const auto second = next_section(rest);
  CHECK(first_line(second) == patch_header("b c"));
  CHECK(rest.empty());
  CHECK(next_section(rest).empty());
  rest = "no header at all\nmore";
  CHECK(next_section(rest) == "no header at all\nmore");
}

TEST_CASE("the lines of the new side are told with their numbers", "[llm][patch]") {
  std::string_view rest = two_files;
  std::vector<std::pair<std::size_t, std::string>> lines;
  CHECK(check_new_lines(next_section(rest), [&](std::size_t number, std::string_view text) {
    lines.emplace_back(number, text);
    return true;
  }));
  CHECK(lines
        == std::vector<std::pair<std::size_t, std::string>>{
            {1, "one"}, {2, "two"}, {3, "diff --git a/y b/y"}, {11, "eleven"}});
  std::string_view again = two_files;
  int asked = 0;
  CHECK_FALSE(check_new_lines(next_section(again), [&](std::size_t, std::string_view) { return ++asked < 2; }));
  CHECK(asked == 2);
}

TEST_CASE("a path that git would quote is not plain", "[llm][patch]") {
  for (const std::string path : {"a", "a b/c", "\xC3\xA4.txt", "-x", "--output=x"})
    CHECK(is_plain_path(path));
  for (const std::string path : {"a\"b", "a\\b", "a\nb", "a\tb", "\xFF", "a\x7f"})
    CHECK_FALSE(is_plain_path(path));
}

TEST_CASE("a move of a submodule is told from a file that only looks like one", "[llm][patch]") {
  const std::string head = "diff --git a/p b/p\nindex 451df81..78b3c71 160000\n--- a/p\n+++ b/p\n@@ -1 +1 @@\n";
  const std::string lines = "-Subproject commit 451df81178ba\n+Subproject commit 78b3c718ea86\n";
  CHECK(names_submodule_commits(head + lines));
  CHECK(names_submodule_commits("diff --git a/p b/p\nnew file mode 160000\nindex 0000000..78b3c71\n@@ -0,0 +1 @@\n"
                                "+Subproject commit 78b3c718ea86\n"));
  CHECK(names_submodule_commits(head));
  CHECK_FALSE(names_submodule_commits(head + lines + "+more\n"));
  CHECK_FALSE(names_submodule_commits(head + "+Subproject commit 78b3 and more\n"));
  CHECK_FALSE(names_submodule_commits("diff --git a/p b/p\nindex 1..2 100644\n@@ -1 +1 @@\n" + lines));
  CHECK_FALSE(names_submodule_commits(""));
}
