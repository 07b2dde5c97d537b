#include "llm/repo_errors.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

using namespace claw;
using claw::test::all_plants;
using claw::test::fingerprint;
using claw::test::repo_yard;

namespace {

/// All that searching a repo answers, in one text.
std::string ask_to_search(repo_tools& tools, const std::string& repo) {
  std::string heard;
  const call_bounds bounds{std::chrono::steady_clock::now() + std::chrono::seconds(20), {}};
  const auto search = [&](const char* query, const char* path) {
    const auto x = tools.grep(repo, query, path, bounds);
    heard += (x ? x->lines : x.error().why) + '\n';
  };
  for (const auto* path : {"", "dir", "README.md", "folder", "-O"})
    search("TOP", path);
  for (const auto* query : {".", "--pre=./canary"})
    search(query, "");
  return heard;
}

/// All that every other command answers about a repo, in one text.
std::string ask_the_rest(repo_tools& tools, const std::string& repo) {
  std::string heard;
  const auto hear = [&](const failure& x) { heard += x.why + '\n'; };
  const call_bounds bounds{std::chrono::steady_clock::now() + std::chrono::seconds(20), {}};
  if (const auto x = tools.list())
    for (const auto& entry : *x)
      heard += entry.name + '\n';
  if (const auto x = tools.status(repo, bounds))
    heard += x->branch + '\n' + x->porcelain + '\n';
  else
    hear(x.error());
  if (const auto x = tools.last_commit(repo, bounds))
    heard += x->hash + x->author + x->date + x->subject + '\n';
  else
    hear(x.error());
  for (const auto* path :
       {"README.md", "a", "b", "c", "relative", "folder/secret.txt", "dir/secret.txt", "proc",
        "fifo", "zero", "huge.txt", ".gitignore", ".mailmap", ".git", ".git/HEAD", "-O",
        "--pre=canary", "sub/.git/config"})
    if (const auto x = tools.read_file(repo, path, {}))
      heard += x->content + '\n';
    else
      hear(x.error());
  return heard;
}

/// All that the questions about the history answer, in one text.
std::string ask_the_history(repo_tools& tools, const std::string& repo) {
  std::string heard;
  const call_bounds bounds{std::chrono::steady_clock::now() + std::chrono::seconds(60), {}};
  const auto hear = [&](const auto& x, const auto& tell) { heard += (x ? tell(*x) : x.error().why) + '\n'; };
  const auto log = [](const commit_log& x) {
    std::string text;
    for (const auto& commit : x.commits)
      text += commit.hash + commit.author + commit.date + commit.subject + '\n';
    return text;
  };
  const auto show = [](const shown_commit& x) { return x.summary.subject + x.body + x.patch.text; };
  const auto diff = [](const repo_changes& x) { return x.patch.text; };
  hear(tools.log(repo, {}, bounds), log);
  hear(tools.log(repo, {"main", "README.md"}, bounds), log);
  hear(tools.log(repo, {"refs/remotes/origin/HEAD", ""}, bounds), log);
  hear(tools.show(repo, {}, bounds), show);
  hear(tools.show(repo, {"HEAD~1", ""}, bounds), show);
  hear(tools.diff(repo, {}, bounds), diff);
  hear(tools.diff(repo, {"HEAD~1", "main", ""}, bounds), diff);
  hear(tools.diff(repo, {"", "", "dir/secret.txt"}, bounds), diff);
  hear(tools.tree(repo, {"", "", 10}, bounds), [](const tree_listing& x) { return x.entries; });
  for (const std::string path : {"README.md", "dir/secret.txt", "a", "-O", "--output=written"})
    hear(tools.blame(repo, {path, "", {}}, bounds), [](const blamed_lines& x) { return x.lines; });
  return heard;
}

repo_config quick(const repo_yard& yard) {
  auto result = yard.config();
  result.limits.command_timeout = std::chrono::seconds(10);
  return result;
}

} // namespace

TEST_CASE("plain git runs what a repo's config names", "[llm][repo][hostile]") {
  // What the other tests protect from is real on this machine.
  repo_yard yard;
  const auto repo = yard.add_repo("demo");
  all_plants().front().sow(yard, repo);
  claw::test::git(repo, {"status"});
  CHECK(yard.canary_ran());
}

TEST_CASE("no hostile repo starts a program, is written to, or shows what lies outside",
          "[llm][repo][hostile]") {
  REQUIRE(all_plants().size() >= 70);
  for (const auto& plant : all_plants()) {
    INFO(plant.name);
    repo_yard yard;
    const auto repo = yard.add_repo("demo");
    plant.sow(yard, repo);
    const auto before = fingerprint(repo);
    repo_tools tools{quick(yard)};
    auto without_rg = quick(yard);
    without_rg.without_rg = true; // only searching differs then
    repo_tools git_alone{without_rg};
    const auto heard = ask_the_rest(tools, "demo") + ask_the_history(tools, "demo") + ask_to_search(tools, "demo")
                       + ask_to_search(git_alone, "demo");
    CHECK(heard.find(repo_yard::secret) == std::string::npos);
    CHECK(heard.find("command timed out") == std::string::npos);
    CHECK_FALSE(yard.canary_ran());
    CHECK(fingerprint(repo) == before);
  }
}

TEST_CASE("a repo that would hold git up is refused with a sentence, and its files can still be read",
          "[llm][repo][hostile]") {
  repo_yard yard;
  const auto repo = yard.add_repo("demo");
  claw::test::write_file(repo + "/inner/file", "x");
  claw::test::git(repo + "/inner", {"init", "-q"});
  std::filesystem::remove(repo + "/inner/.git/HEAD");
  ::mkfifo((repo + "/inner/.git/HEAD").c_str(), 0600);
  repo_tools tools{quick(yard)};
  CHECK(tools.status("demo", {}).error().why == repo_errors::holds_up);
  CHECK(tools.grep("demo", "lease", "", {}).error().why == repo_errors::holds_up);
  CHECK(tools.read_file("demo", "README.md", {}));
}

TEST_CASE("a hostile environment of the runner reaches neither git nor ripgrep",
          "[llm][repo][hostile]") {
  repo_yard yard;
  const auto repo = yard.add_repo("demo");
  claw::test::write_file(yard.root + "/ripgreprc", "--pre=" + yard.canary + "\n");
  claw::test::write_file(yard.root + "/home/.gitconfig",
                            "[core]\n fsmonitor = " + yard.canary + "\n");
  const std::vector<std::pair<const char*, std::string>> settings{
      {"RIPGREP_CONFIG_PATH", yard.root + "/ripgreprc"},
      {"HOME", yard.root + "/home"},
      {"GIT_EXTERNAL_DIFF", yard.canary},
      {"GIT_CONFIG_COUNT", "1"},
      {"GIT_CONFIG_KEY_0", "core.fsmonitor"},
      {"GIT_CONFIG_VALUE_0", yard.canary},
      {"GIT_PAGER", yard.canary},
      {"GIT_TRACE", yard.root + "/trace"}};
  const auto child = ::fork(); // the environment of the other tests stays clean
  if (child == 0) {
    for (const auto& [name, value] : settings)
      ::setenv(name, value.c_str(), 1);
    repo_tools tools{quick(yard)};
    auto without_rg = quick(yard);
    without_rg.without_rg = true;
    repo_tools other{without_rg};
    const bool fine = tools.status("demo", {})
                      && !tools.grep("demo", "lease", "", {})->lines.empty()
                      && !other.grep("demo", "lease", "", {})->lines.empty();
    ::_exit(fine ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK_FALSE(yard.canary_ran());
  CHECK(::access((yard.root + "/trace").c_str(), F_OK) != 0);
}
