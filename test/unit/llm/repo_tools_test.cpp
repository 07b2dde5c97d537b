#include "llm/repo_errors.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <sys/stat.h>

#include <filesystem>

using namespace claw;
using claw::test::repo_yard;
using claw::test::write_file;

namespace {

template <class T>
std::string why(const outcome<T>& x) {
  return x ? "(it worked)" : x.error().why;
}

} // namespace

TEST_CASE("repos on the allowlist are listed when they are there and git repos", "[llm][repo]") {
  repo_yard yard;
  yard.add_repo("demo");
  yard.allow("gone", "gone");
  std::filesystem::create_directories(yard.base + "/plain");
  yard.allow("plain", "plain");
  yard.allow("absolute", yard.base + "/demo");
  yard.allow("outside", yard.outside);
  repo_tools tools{yard.config()};
  const auto found = tools.list();
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].name == "absolute");
  CHECK((*found)[1].name == "demo");
  CHECK((*found)[1].path == yard.base + "/demo");
}

TEST_CASE("the allowlist is read again when it changes", "[llm][repo]") {
  repo_yard yard;
  repo_tools tools{yard.config()};
  CHECK(tools.list()->empty());
  yard.add_repo("demo");
  CHECK(tools.list()->size() == 1);
  write_file(yard.root + "/no-such-allowlist.json", "{}"); // the first place wins once it exists
  CHECK(tools.list()->empty());
  write_file(yard.root + "/no-such-allowlist.json", "[1]");
  CHECK(why(tools.list()) == repo_errors::broken_allowlist);
  write_file(yard.root + "/no-such-allowlist.json", std::string("{}\0 more", 8));
  CHECK(why(tools.list()) == repo_errors::broken_allowlist);
}

TEST_CASE("status tells the branch and what is not committed", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  repo_tools tools{yard.config()};
  auto state = tools.status("demo", {});
  REQUIRE(why(state) == "(it worked)");
  CHECK(state->branch == "main");
  CHECK_FALSE(state->dirty);
  CHECK(state->porcelain == "");
  write_file(folder + "/src/lease.cpp", "int lease_seconds = 61;\n");
  write_file(folder + "/new.txt", "x");
  state = tools.status("demo", {});
  REQUIRE(state);
  CHECK(state->dirty);
  CHECK(state->porcelain == " M src/lease.cpp\n?? new.txt\n");
}

TEST_CASE("a submodule that was added is a change", "[llm][repo]") {
  repo_yard yard;
  const auto library = yard.add_repo("library");
  const auto main = yard.add_repo("main");
  claw::test::git(main, {"-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "part"});
  write_file(main + "/part/new.txt", "x"); // what is not committed in it is its own affair
  repo_tools tools{yard.config()};
  CHECK(tools.status("main", {})->porcelain == "A  .gitmodules\nA  part\n");
  claw::test::git(main, {"rm", "-q", "--cached", ".gitmodules"});
  std::filesystem::remove(main + "/.gitmodules");
  const auto state = tools.status("main", {});
  REQUIRE(state);
  CHECK(state->dirty);
  CHECK(state->porcelain == "A  part\n");
}

TEST_CASE("a split index is no riddle", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  claw::test::git(folder, {"update-index", "--split-index"});
  repo_tools tools{yard.config()};
  CHECK(why(tools.status("demo", {})) == repo_errors::split_index);
  CHECK(why(tools.last_commit("demo", {})) == "(it worked)");
  claw::test::git(folder, {"update-index", "--no-split-index"});
  CHECK(why(tools.status("demo", {})) == "(it worked)");
}

TEST_CASE("the last commit is told with hash, author, date and subject", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  repo_tools tools{yard.config()};
  auto commit = tools.last_commit("demo", {});
  REQUIRE(why(commit) == "(it worked)");
  CHECK(commit->hash.size() == 40);
  CHECK(commit->author == "Ada <ada@example.org>");
  CHECK(commit->date.find('T') == 10);
  CHECK(commit->subject == "Add the lease");
  claw::test::git(folder, {"pack-refs", "--all"});
  claw::test::git(folder, {"gc", "-q"});
  CHECK(tools.last_commit("demo", {})->hash == commit->hash);
  claw::test::git(folder, {"checkout", "-q", "--detach"});
  CHECK(tools.last_commit("demo", {})->hash == commit->hash);
  CHECK(tools.status("demo", {})->branch == "HEAD");
}

TEST_CASE("a repo without commits, a shallow one and one with SHA-256 can be asked",
          "[llm][repo]") {
  repo_yard yard;
  const auto source = yard.add_repo("source");
  std::filesystem::create_directories(yard.base + "/empty");
  claw::test::git(yard.base + "/empty", {"init", "-q", "-b", "trunk"});
  claw::test::git(yard.base, {"clone", "-q", "--depth=1", "file://" + source, "shallow"});
  claw::test::git(yard.base, {"init", "-q", "-b", "main", "--object-format=sha256", "long"});
  write_file(yard.base + "/long/a.txt", "a\n");
  claw::test::git(yard.base + "/long", {"add", "-A"});
  claw::test::git(yard.base + "/long", {"commit", "-q", "-m", "Long"});
  for (const auto* name : {"empty", "shallow", "long"})
    yard.allow(name, name);
  repo_tools tools{yard.config()};
  CHECK(why(tools.last_commit("empty", {})) == repo_errors::no_commits);
  CHECK(tools.status("empty", {})->branch == "trunk");
  CHECK(tools.last_commit("shallow", {})->subject == "Add the lease");
  CHECK_FALSE(tools.status("shallow", {})->dirty);
  CHECK(tools.last_commit("long", {})->hash.size() == 64);
  CHECK_FALSE(tools.status("long", {})->dirty);
}

TEST_CASE("a linked worktree is a repo when the main one knows it", "[llm][repo]") {
  repo_yard yard;
  const auto main = yard.add_repo("main");
  const auto other = yard.add_repo("other");
  claw::test::git(main, {"worktree", "add", "-q", "-b", "side", yard.base + "/side"});
  yard.allow("side", "side");
  std::filesystem::create_directories(yard.base + "/thief");
  write_file(yard.base + "/thief/.git", "gitdir: " + main + "/.git/worktrees/side\n");
  yard.allow("thief", "thief");
  std::filesystem::create_directories(yard.base + "/thief2");
  write_file(yard.base + "/thief2/.git", "gitdir: ../other/.git\n");
  yard.allow("thief2", "thief2");
  repo_tools tools{yard.config()};
  CHECK(why(tools.status("side", {})) == "(it worked)");
  CHECK(tools.status("side", {})->branch == "side");
  CHECK(tools.last_commit("side", {})->subject == "Add the lease");
  CHECK(why(tools.last_commit("thief", {})) == repo_errors::refused_layout);
  CHECK(why(tools.last_commit("thief2", {})) == repo_errors::refused_layout);
}

TEST_CASE("a submodule is a repo when the folder of its history names it", "[llm][repo]") {
  repo_yard yard;
  const auto library = yard.add_repo("library");
  const auto main = yard.add_repo("main");
  claw::test::git(main, {"-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "parts/library"});
  yard.allow("part", "main/parts/library");
  write_file(yard.base + "/thief/.git", "gitdir: ../main/.git/modules/parts/library\n");
  yard.allow("thief", "thief");
  repo_tools tools{yard.config()};
  CHECK(why(tools.status("part", {})) == "(it worked)");
  CHECK(tools.status("part", {})->branch == "main");
  CHECK(tools.last_commit("part", {})->subject == "Add the lease");
  CHECK(why(tools.last_commit("thief", {})) == repo_errors::refused_layout);
  claw::test::git(main + "/parts/library", {"config", "core.worktree", yard.base + "/thief"});
  CHECK(why(tools.last_commit("part", {})) == repo_errors::refused_layout);
  write_file(main + "/parts/library/.git", "gitdir: ../../.git/modules/../modules/nowhere\n");
  CHECK(why(tools.last_commit("part", {})) == repo_errors::refused_layout);
}

TEST_CASE("search finds lines with either program, and no match is empty", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  write_file(folder + "/.github/ci.yml", "zebra: untracked and hidden\n");
  auto config = yard.config();
  config.without_rg = GENERATE(false, true);
  repo_tools tools{config};
  const auto lines = [&](const std::string& query, const std::string& path) {
    const auto found = tools.grep("demo", query, path, {});
    return found ? found->lines : "error: " + found.error().why;
  };
  CHECK(lines("lease_seconds", "")
        == "README.md:2:LEASE_SECONDS is the term of a lease.\nsrc/lease.cpp:1:int lease_seconds = "
           "60;");
  CHECK(lines("LEASE_SECONDS", "") == "README.md:2:LEASE_SECONDS is the term of a lease.");
  CHECK(lines("zebra", "")
        == ".github/ci.yml:1:zebra: untracked and hidden\nsrc/main.cpp:2:  return 0; // Zebra");
  CHECK(lines("lease", "src") == "src/lease.cpp:1:int lease_seconds = 60;");
  CHECK(lines("lease", "./src/") == "src/lease.cpp:1:int lease_seconds = 60;");
  CHECK(lines("lease", "src/lease.cpp") == "src/lease.cpp:1:int lease_seconds = 60;");
  CHECK(lines("ret.rn [0-9]", "src") == "src/main.cpp:2:  return 0; // Zebra");
  CHECK(lines("nowhere_at_all", "") == "");
  CHECK(lines("--pre=/bin/true", "") == "");
  CHECK(lines("(unclosed", "").find("error: invalid query: ") == 0);
  CHECK(lines("x", "nowhere") == std::string("error: ") + repo_errors::not_a_file);
  CHECK(lines("", "") == std::string("error: ") + repo_errors::query_required);
}

TEST_CASE("long answers of a search are cut and say so", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  std::string many;
  for (int i = 0; i < 5'000; ++i)
    many += "needle \xC3\xA4\xC3\xB6\xC3\xBC number " + std::to_string(i) + "\n";
  write_file(folder + "/many.txt", many);
  write_file(folder + "/wide.txt", "wide " + std::string(100'000, 'x') + "\nwide too\n");
  auto config = yard.config();
  config.without_rg = GENERATE(false, true);
  repo_tools tools{config};
  const auto found = tools.grep("demo", "needle", "", {});
  REQUIRE(found);
  CHECK(found->truncated);
  CHECK(found->lines.size() <= 20'000);
  CHECK(found->lines.size() > 19'900);
  const auto wide = tools.grep("demo", "wide", "wide.txt", {});
  REQUIRE(wide);
  CHECK(wide->lines.size() < 2'000);
  CHECK(wide->lines.find("wide.txt:2:wide too") != std::string::npos);
  CHECK(tools.grep("demo", "wide", "", {})->lines.find("wide.txt:1:wide xx") == 0);
}

TEST_CASE("a file is read by lines", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  repo_tools tools{yard.config()};
  auto text = tools.read_file("demo", "src/main.cpp", {});
  REQUIRE(text);
  CHECK(text->content == "int main() {\n  return 0; // Zebra\n}");
  CHECK(text->total_lines == 3);
  CHECK(tools.read_file("demo", "src/main.cpp", {2, 2})->content == "  return 0; // Zebra");
  CHECK(tools.read_file("demo", "src/main.cpp", {7, 9})->content == "");
  write_file(folder + "/bytes", std::string("a\xFF\0b\n", 5));
  CHECK(tools.read_file("demo", "bytes", {})->content
        == "a\xEF\xBF\xBD\xEF\xBF\xBD"
           "b");
  std::filesystem::create_symlink("src/main.cpp", folder + "/link");
  CHECK(tools.read_file("demo", "link", {1, 1})->content == "int main() {");
  write_file(folder + "/wide.txt", std::string(30'000, 'x') + "\n");
  CHECK(tools.read_file("demo", "wide.txt", {})->truncated);
  CHECK(tools.read_file("demo", "wide.txt", {})->content.size() == 20'000);
}

TEST_CASE("every refusal of the repo commands is word for word", "[llm][repo]") {
  repo_yard yard;
  const auto folder = yard.add_repo("demo");
  yard.allow("up", "../outside");
  yard.allow("etc", "/etc");
  std::filesystem::create_directory_symlink(yard.outside, yard.base + "/link");
  yard.allow("link", "link");
  std::filesystem::create_directories(yard.base + "/plain");
  yard.allow("plain", "plain");
  std::filesystem::create_symlink(yard.outside + "/secret.txt", folder + "/leak");
  write_file(folder + "/big.txt", std::string(200'001, 'x'));
  ::mkfifo((folder + "/fifo").c_str(), 0600);
  repo_tools tools{yard.config()};
  const auto read = [&](const std::string& repo, const std::string& path, line_range lines = {}) {
    return why(tools.read_file(repo, path, lines));
  };
  CHECK(read("unknown", "x") == "repo not allowlisted");
  CHECK(read("up", "x") == "repo path outside RUNNER_REPOS_BASE");
  CHECK(read("etc", "x") == "repo path outside RUNNER_REPOS_BASE");
  CHECK(read("link", "x") == "repo path outside RUNNER_REPOS_BASE");
  CHECK(read("plain", "x") == "not a git repo");
  CHECK(read("demo", "") == "path required");
  CHECK(read("demo", "../x") == "path must be relative and not contain ..");
  CHECK(read("demo", "/etc/passwd") == "path must be relative and not contain ..");
  CHECK(read("demo", "leak") == "path outside repo");
  CHECK(read("demo", "nowhere") == "not a file or not found");
  CHECK(read("demo", "src") == "not a file or not found");
  CHECK(read("demo", "fifo") == "not a file or not found");
  CHECK(read("demo", "big.txt") == "file exceeds RUNNER_MAX_FILE_BYTES (200000)");
  CHECK(read("demo", "README.md", {1, 401}) == "line range exceeds RUNNER_MAX_LINES (400)");
  CHECK(read("demo", "README.md", {1, 400}) == "(it worked)");
  CHECK(read("demo", "README.md", {0, 10}) == "start must be >= 1");
  CHECK(read("demo", "README.md", {5, 4}) == "end must be >= start");
  CHECK(read("demo", ".git/config") == repo_errors::git_folder);
  CHECK(read("demo", ".env") == repo_errors::credentials);
  CHECK(why(tools.grep("demo", "x", "leak", {})) == "path outside repo");
  call_bounds late;
  late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  CHECK(why(tools.status("demo", late)).find("command timed out after ") == 0);
  stop_source source;
  source.stop();
  CHECK(tools.status("demo", {late.deadline, source.token()}).error().code == ec::cancelled);
}
