#include "actors/domain/table_fence.hpp"
#include "test/support/catch.hpp"

using namespace claw;

TEST_CASE("a table stands in a block of code", "[table_fence]") {
  CHECK(with_fenced_tables("Sizes:\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nThat is all.")
        == "Sizes:\n```\n| a | b |\n|---|--:|\n| 1 | 2 |\n```\n\nThat is all.");
  CHECK(with_fenced_tables("a | b\n--|--\n1 | 2") == "```\na | b\n--|--\n1 | 2\n```");
}

TEST_CASE("what is no table, or in a block already, stays as it is", "[table_fence]") {
  for (const char* text : {"", "one line", "a | b\nc | d\n", "a\n---\nb", "```\n| a | b |\n|---|---|\n```\n",
                           "| a ``` b |\n|---|---|\n```", "ls | wc\n-- see above"})
    CHECK(with_fenced_tables(text) == text);
}
