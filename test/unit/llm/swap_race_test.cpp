#include "llm/repo_scope.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

using namespace claw;
using claw::test::repo_yard;

namespace {

/// Swaps two names for as long as it lives: a folder of the repo and a symlink to the outside.
class swapper {
public:
  swapper(std::string a, std::string b)
      : thread_([this, a = std::move(a), b = std::move(b)] {
          while (!stop_)
            ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
        }) {}
  ~swapper() {
    stop_ = true;
    thread_.join();
  }

private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace

TEST_CASE("a folder that is swapped for a symlink meanwhile never leads outside",
          "[llm][repo][race]") {
  repo_yard yard;
  const auto repo = yard.add_repo("demo");
  claw::test::write_file(repo + "/dir/secret.txt", "harmless\n");
  claw::test::git(repo, {"add", "-A"});
  std::filesystem::create_directory_symlink(yard.outside, repo + "/other");
  const auto scope = repo_scope::open(repo);
  REQUIRE(scope);
  const swapper running{repo + "/dir", repo + "/other"};

  unsigned inside = 0;
  for (int i = 0; i < 100'000; ++i)
    if (const auto file = scope->enter_for_stranger("dir/secret.txt")) {
      const auto text = read_all(file->fd.get(), 1'000);
      REQUIRE(text);
      REQUIRE(*text == "harmless\n");
      ++inside;
    }
  CHECK(inside > 0);

  // What is not committed differs from both sides of the swap.
  repo_tools history{yard.config()};
  for (int i = 0; i < 15; ++i)
    if (const auto found = history.diff("demo", {}, {}))
      REQUIRE(found->patch.text.find(repo_yard::secret) == std::string::npos);

  for (const bool without_rg : {false, true}) {
    auto config = yard.config();
    config.without_rg = without_rg;
    repo_tools tools{config};
    for (int i = 0; i < 15; ++i)
      for (const auto* path : {"", "dir", "dir/secret.txt"})
        if (const auto found = tools.grep("demo", "harmless|SECRET", path, {}))
          REQUIRE(found->lines.find(repo_yard::secret) == std::string::npos);
  }
}
