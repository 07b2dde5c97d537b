// Queries that make careless regex engines run for ever, or eat all memory.
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace claw;
using claw::test::repo_yard;

namespace {

std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all += text;
  return all;
}

std::vector<std::string> bombs() {
  return {
      "(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){64}a{64}$", "((a*)*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$",
      "a.*a.*a.*a.*a.*x", "(a{1,255}){1,255}x", "((((a{1,255}){1,255}){1,255}){1,255})", "a{1,32767}b",
      R"((\w{1000}){30})", R"(\p{L}{5000}x)", R"((a*)*\1b)", times(500, "a?") + times(500, "a"), times(1'000, "("),
      times(1'000, "(") + times(1'000, ")"), times(2'000, "a|"), times(2'000, "a*"), times(700, "[^a]?") + "x",
      "[" + times(1'000, "a-z"), "(?i)" + times(500, "(ab|)"),
  };
}

} // namespace

TEST_CASE("a query that is a bomb ends in time and harms nobody", "[llm][repo][hostile]") {
  constexpr std::chrono::seconds limit{1};
  repo_yard yard;
  const auto repo = yard.add_repo("demo");
  claw::test::write_file(repo + "/long", times(10'000, "a") + "!\n");
  claw::test::write_file(repo + "/lines", times(500, times(30, "a") + "!\n"));
  const bool without_rg = GENERATE(false, true);
  auto config = yard.config();
  config.without_rg = without_rg;
  config.limits.command_timeout = limit;
  repo_tools tools{config};
  for (const auto& query : bombs()) {
    INFO(query.substr(0, 80));
    const auto begun = std::chrono::steady_clock::now();
    const auto found = tools.grep("demo", query, "", {});
    CHECK(std::chrono::steady_clock::now() - begun < limit + std::chrono::seconds{4});
    if (!found)
      CHECK((found.error().why.starts_with("invalid query: ") || found.error().why == "command timed out after 1s"
             || found.error().why == "search failed"));
  }
  CHECK(tools.grep("demo", "lease_seconds", "", {})->lines.find("src/lease.cpp:1:") != std::string::npos);
}
