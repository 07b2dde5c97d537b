#include "llm/repo_errors.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <filesystem>

using namespace claw;
using claw::test::git;
using claw::test::repo_yard;
using claw::test::write_file;

namespace {

template <class T>
std::string why(const outcome<T>& x) {
  return x ? "(it worked)" : x.error().why;
}

/// A yard with the repo `demo`: two commits on `main`, a tag, a branch.
struct history_fixture {
  repo_yard yard;
  const std::string folder = yard.add_repo("demo");
  repo_tools tools{yard.config()};

  std::string head() { return tools.last_commit("demo", {})->hash; }

  std::string subject_of(const std::string& revision) {
    const auto found = tools.show("demo", {revision, ""}, {});
    return found ? found->summary.subject : "error: " + found.error().why;
  }
};

} // namespace

TEST_CASE_METHOD(history_fixture, "the log tells the newest commits first", "[llm][repo][history]") {
  const auto all = tools.log("demo", {}, {});
  REQUIRE(why(all) == "(it worked)");
  CHECK(all->at == head());
  REQUIRE(all->commits.size() == 2);
  CHECK(all->commits[0].hash == head());
  CHECK(all->commits[0].subject == "Add the lease");
  CHECK(all->commits[1].author == "Ada <ada@example.org>");
  CHECK(all->commits[1].subject == "First words");
  CHECK_FALSE(all->truncated);
  CHECK(tools.log("demo", {"", "README.md"}, {})->commits.size() == 1);
  CHECK(tools.log("demo", {"", "src"}, {})->commits.size() == 2);
  CHECK(tools.log("demo", {"", "nowhere"}, {})->commits.empty());
  CHECK(tools.log("demo", {"", "", 1}, {})->commits.size() == 1);
  CHECK(tools.log("demo", {"HEAD~1"}, {})->commits.front().subject == "First words");
  CHECK(why(tools.log("demo", {"", "", 0}, {})) == "count must be 1 to 100");
  CHECK(why(tools.log("demo", {"", "", 101}, {})) == "count must be 1 to 100");
}

TEST_CASE_METHOD(history_fixture, "a commit is named by branch, tag, hash, or steps from one", "[llm][repo][history]") {
  git(folder, {"tag", "v1", "HEAD~1"});
  git(folder, {"tag", "-a", "-m", "Annotated", "v2"});
  git(folder, {"branch", "topic/one", "HEAD~1"});
  git(folder, {"update-ref", "refs/remotes/origin/main", "HEAD~1"});
  const auto packed = GENERATE(false, true);
  if (packed)
    git(folder, {"pack-refs", "--all"});
  const auto hash = head();
  for (const std::string revision :
       {"", "HEAD", "@", "main", "v2", "refs/heads/main", "heads/main", "HEAD~0", "main^0"})
    CHECK(subject_of(revision) == "Add the lease");
  for (const std::string revision : {"HEAD~1", "HEAD^", "HEAD~", "v1", "v2^1", "topic/one", "origin/main", "tags/v1"})
    CHECK(subject_of(revision) == "First words");
  CHECK(subject_of(hash) == "Add the lease");
  CHECK(subject_of(hash.substr(0, 7)) == "Add the lease");
  CHECK(subject_of(hash.substr(0, 12) + "~1") == "First words");
  for (const std::string revision :
       {"nowhere", "topic", "HEAD~2", "HEAD^2", "abcd", "v3", "0000000000000000000000000000000000000000"})
    CHECK(subject_of(revision) == std::string("error: ") + repo_errors::no_revision);
}

TEST_CASE_METHOD(history_fixture, "what is no plain name of a commit is refused before git sees it",
                 "[llm][repo][history]") {
  for (const std::string revision : {"main..HEAD",
                                     "main...HEAD",
                                     "^main",
                                     "--all",
                                     "-1",
                                     "--output=x",
                                     "HEAD:README.md",
                                     ":README.md",
                                     ":/lease",
                                     "HEAD^{tree}",
                                     "HEAD^{/x}",
                                     "HEAD^!",
                                     "HEAD^@",
                                     "HEAD^-",
                                     "HEAD@{1}",
                                     "@{-1}",
                                     "@{u}",
                                     "main@{yesterday}",
                                     "a b",
                                     "a\nb",
                                     "*",
                                     "[a]",
                                     "a\\b",
                                     "../x",
                                     "refs/../x",
                                     "/etc/passwd",
                                     "a//b",
                                     "\xFF",
                                     "HEAD~9999999",
                                     "~1x",
                                     "HEAD~-1"}) {
    CAPTURE(revision);
    CHECK(subject_of(revision) == std::string("error: ") + repo_errors::bad_revision);
  }
  CHECK(subject_of(std::string(256, 'a')) == std::string("error: ") + repo_errors::bad_revision);
  CHECK(subject_of(std::string(17, '^')) == std::string("error: ") + repo_errors::bad_revision);
  git(folder, {"update-ref", "refs/heads/-x", "HEAD"});
  CHECK(subject_of("-x") == std::string("error: ") + repo_errors::bad_revision);
  CHECK(subject_of("refs/heads/-x") == "Add the lease");
}

TEST_CASE_METHOD(history_fixture, "a diff tells what is not committed, and what changed between commits",
                 "[llm][repo][history]") {
  CHECK(tools.diff("demo", {}, {})->patch.text.empty());
  write_file(folder + "/src/lease.cpp", "int lease_seconds = 61;\n");
  const auto open = tools.diff("demo", {}, {});
  REQUIRE(why(open) == "(it worked)");
  CHECK(open->from == head());
  CHECK(open->to.empty());
  CHECK(open->patch.files == 1);
  CHECK(open->patch.text.find("-int lease_seconds = 60;\n+int lease_seconds = 61;\n") != std::string::npos);
  const auto between = tools.diff("demo", {"HEAD~1", "HEAD", ""}, {});
  REQUIRE(between);
  CHECK(between->to == head());
  CHECK(between->patch.text.find("diff --git a/src/lease.cpp b/src/lease.cpp\nnew file") == 0);
  CHECK(between->patch.text.find("+int lease_seconds = 60;\n") != std::string::npos);
  CHECK(tools.diff("demo", {"HEAD", "HEAD~1", ""}, {})->patch.text.find("-int lease_seconds = 60;")
        != std::string::npos);
  CHECK(tools.diff("demo", {"HEAD~1", "HEAD", "README.md"}, {})->patch.text.empty());
  CHECK(tools.diff("demo", {"", "", "src"}, {})->patch.files == 1);
}

TEST_CASE_METHOD(history_fixture, "the changes of a commit are told with its words", "[llm][repo][history]") {
  write_file(folder + "/README.md", "# Example\nOne line less.\n");
  git(folder, {"commit", "-q", "-a", "-m", "Say less\n\nWords cost time."});
  const auto found = tools.show("demo", {}, {});
  REQUIRE(why(found) == "(it worked)");
  CHECK(found->summary.hash == head());
  CHECK(found->summary.subject == "Say less");
  CHECK(found->body == "Words cost time.");
  CHECK(found->patch.text.find("-LEASE_SECONDS is the term of a lease.\n+One line less.\n") != std::string::npos);
  const auto first = tools.show("demo", {"HEAD~2", ""}, {});
  REQUIRE(first); // it has no parent
  CHECK(first->patch.files == 2);
  CHECK(first->patch.text.find("+# Example\n") != std::string::npos);
  CHECK(tools.show("demo", {"HEAD~2", "src"}, {})->patch.files == 1);
}

TEST_CASE_METHOD(history_fixture, "blame tells the commit of each line", "[llm][repo][history]") {
  write_file(folder + "/README.md", "# Example\nChanged.\n");
  git(folder, {"commit", "-q", "-a", "-m", "Change a line"});
  const auto found = tools.blame("demo", {"README.md", "", {}}, {});
  REQUIRE(why(found) == "(it worked)");
  CHECK(found->at == head());
  CHECK(found->total_lines == 2);
  CHECK(found->shown.end == 2);
  CHECK(found->lines.find(head().substr(0, 12) + " (Ada ") != std::string::npos);
  CHECK(found->lines.find(" 2) Changed.\n") != std::string::npos);
  CHECK(tools.blame("demo", {"README.md", "", {2, 2}}, {})->lines.find("# Example") == std::string::npos);
  CHECK(tools.blame("demo", {"README.md", "HEAD~1", {}}, {})->lines.find("LEASE_SECONDS") != std::string::npos);
  CHECK(tools.blame("demo", {"README.md", "", {7, 9}}, {})->lines.empty());
  CHECK(why(tools.blame("demo", {"nowhere", "", {}}, {})) == "not a file or not found");
  CHECK(why(tools.blame("demo", {"src", "", {}}, {})) == "not a file or not found");
  CHECK(why(tools.blame("demo", {"", "", {}}, {})) == "path required");
  CHECK(why(tools.blame("demo", {"README.md", "", {1, 401}}, {})) == "line range exceeds RUNNER_MAX_LINES (400)");
  CHECK(why(tools.blame("demo", {"README.md", "", {0, 1}}, {})) == "start must be >= 1");
}

TEST_CASE_METHOD(history_fixture, "a tree is listed to the depth that was asked for", "[llm][repo][history]") {
  write_file(folder + "/a/b/c/d.txt", "deep\n");
  std::filesystem::create_symlink("README.md", folder + "/link");
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "-m", "Go deep"});
  const auto listed = [&](const std::string& path, int64_t depth) {
    const auto found = tools.tree("demo", {path, "", depth}, {});
    return found ? found->entries : "error: " + found.error().why;
  };
  CHECK(listed("", 1) == "README.md (48 bytes)\na/\nlink (link)\nsrc/\n");
  CHECK(listed("", 2)
        == "README.md (48 bytes)\na/\na/b/\nlink (link)\nsrc/\nsrc/lease.cpp (24 bytes)\nsrc/main.cpp (36 bytes)\n");
  CHECK(listed("a", 3) == "b/\nb/c/\nb/c/d.txt (5 bytes)\n");
  CHECK(listed("./a/b/", 1) == "c/\n");
  CHECK(listed("README.md", 1) == "error: not a file or not found");
  CHECK(listed("nowhere", 1) == "error: not a file or not found");
  CHECK(listed("", 0) == "error: depth must be 1 to 10");
  CHECK(tools.tree("demo", {"", "HEAD~1", 1}, {})->entries == "README.md (48 bytes)\nsrc/\n");
}

TEST_CASE_METHOD(history_fixture, "files that hold credentials are in no diff", "[llm][repo][history]") {
  for (const auto* path : {"/.env", "/deep/id_rsa", "/x"})
    write_file(folder + path, std::string("first ") + repo_yard::secret + "\n");
  write_file(folder + "/odd\"name", std::string("first ") + repo_yard::secret + "\n");
  write_file(folder + "/src/plain.txt", "plain\n");
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "-m", "Commit too much"});
  std::filesystem::remove(folder + "/x");
  write_file(folder + "/x/.env", std::string("second ") + repo_yard::secret + "\n"); // `x` as a path takes it along
  git(folder, {"add", "-A"});
  const auto has_secret = [](const std::string& text) { return text.find(repo_yard::secret) != std::string::npos; };
  const auto shown = tools.show("demo", {}, {});
  REQUIRE(shown);
  CHECK(shown->patch.text.find("+plain") != std::string::npos);
  CHECK(shown->patch.text.find("[3 changed files are not shown") != std::string::npos);
  CHECK(has_secret(shown->patch.text)); // of the file `x`, whose name says nothing
  CHECK_FALSE(has_secret(tools.show("demo", {"", "deep"}, {})->patch.text));
  const auto open = tools.diff("demo", {}, {});
  REQUIRE(open);
  CHECK(open->patch.text.find("second") == std::string::npos);
  for (const std::string path : {".env", "deep/id_rsa", ".ssh/x"}) {
    CHECK(why(tools.blame("demo", {path, "", {}}, {})) == repo_errors::credentials);
    CHECK(why(tools.log("demo", {"", path}, {})) == repo_errors::credentials);
    CHECK(why(tools.diff("demo", {"", "", path}, {})) == repo_errors::credentials);
    CHECK(why(tools.show("demo", {"", path}, {})) == repo_errors::credentials);
  }
}

TEST_CASE_METHOD(history_fixture, "answers about the history are cut and say so", "[llm][repo][history]") {
  std::string wide;
  for (int i = 0; i < 5'000; ++i)
    wide += "needle \xC3\xA4 number " + std::to_string(i) + "\n";
  write_file(folder + "/wide.txt", wide);
  for (int i = 0; i < 900; ++i)
    write_file(folder + "/many/a file with a long name, number " + std::to_string(i), "x\n");
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "-m", std::string(15'000, 's')});
  git(folder, {"commit", "-q", "--allow-empty", "-m", std::string(15'000, 't')});
  const auto shown = tools.show("demo", {"HEAD~1", ""}, {});
  REQUIRE(shown);
  CHECK(shown->patch.truncated);
  CHECK(shown->patch.files == 901);
  CHECK(shown->patch.text.size() <= 20'000);
  const auto one = tools.show("demo", {"HEAD~1", "wide.txt"}, {});
  REQUIRE(one);
  CHECK(one->patch.truncated);
  CHECK(one->patch.text.size() > 19'900);
  const auto listed = tools.tree("demo", {}, {});
  CHECK(listed->truncated);
  CHECK(listed->entries.size() <= 20'000);
  const auto log = tools.log("demo", {}, {});
  CHECK(log->truncated);
  CHECK(log->commits.size() == 1);
  CHECK(log->commits[0].subject.size() == 4'096);
  const auto blamed = tools.blame("demo", {"wide.txt", "", {1, 400}}, {});
  CHECK(blamed->truncated);
  CHECK(blamed->lines.size() <= 20'000);
}

TEST_CASE("the history of an empty, a shallow, a worktree's and a SHA-256 repo can be asked", "[llm][repo][history]") {
  repo_yard yard;
  const auto source = yard.add_repo("source");
  std::filesystem::create_directories(yard.base + "/empty");
  git(yard.base + "/empty", {"init", "-q", "-b", "trunk"});
  git(yard.base, {"clone", "-q", "--depth=1", "file://" + source, "shallow"});
  git(yard.base, {"init", "-q", "-b", "main", "--object-format=sha256", "long"});
  write_file(yard.base + "/long/a.txt", "a\n");
  git(yard.base + "/long", {"add", "-A"});
  git(yard.base + "/long", {"commit", "-q", "-m", "Long"});
  git(source, {"worktree", "add", "-q", "-b", "side", yard.base + "/side", "HEAD~1"});
  for (const auto* name : {"empty", "shallow", "long", "side"})
    yard.allow(name, name);
  repo_tools tools{yard.config()};
  CHECK(why(tools.log("empty", {}, {})) == repo_errors::no_commits);
  CHECK(why(tools.diff("empty", {}, {})) == repo_errors::no_commits);
  CHECK(why(tools.tree("empty", {"", "main"}, {})) == repo_errors::no_commits);
  CHECK(tools.log("shallow", {}, {})->commits.size() == 1);
  CHECK(tools.show("shallow", {}, {})->patch.files == 3);
  CHECK(tools.show("long", {}, {})->patch.text.find("+a\n") != std::string::npos);
  CHECK(tools.show("long", {}, {})->summary.hash.size() == 64);
  CHECK(tools.show("side", {}, {})->summary.subject == "First words");
  CHECK(tools.show("side", {"main", ""}, {})->summary.subject == "Add the lease");
}

TEST_CASE_METHOD(history_fixture, "one time limit and one stop hold for all programs of a question",
                 "[llm][repo][history]") {
  call_bounds late;
  late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  CHECK(why(tools.show("demo", {}, late)).find("command timed out after ") == 0);
  stop_source source;
  source.stop();
  CHECK(tools.blame("demo", {"README.md", "", {}}, {std::chrono::steady_clock::time_point::max(), source.token()})
            .error()
            .code
        == ec::cancelled);
}

TEST_CASE("where a submodule was moved, the diff says from which commit to which", "[llm][repo][history]") {
  repo_yard yard;
  const auto library = yard.add_repo("library");
  const auto main = yard.add_repo("main");
  git(main, {"-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "part"});
  git(main, {"commit", "-q", "-m", "Add the part"});
  repo_tools tools{yard.config()};
  const auto old_at = tools.last_commit("library", {})->hash;
  const auto changes = [&](const diff_question& asked) {
    const auto found = tools.diff("main", asked, {});
    return found ? found->patch.text : "error: " + found.error().why;
  };
  CHECK(tools.show("main", {}, {})->patch.text.find("+Subproject commit " + old_at) != std::string::npos);
  write_file(main + "/part/new.txt", "x"); // what is not committed in it is its own affair
  CHECK(changes({}).empty());

  git(main + "/part", {"add", "-A"});
  git(main + "/part", {"commit", "-q", "-m", "Go on"});
  const auto moved = [&](const std::string& text) {
    return text.find("-Subproject commit " + old_at + "\n+Subproject commit ") != std::string::npos;
  };
  CHECK(moved(changes({})));
  CHECK(moved(changes({"", "", "part"})));
  CHECK(changes({"", "", "src"}).empty());
  git(main, {"add", "part"});
  CHECK(moved(changes({})));
  git(main, {"commit", "-q", "-m", "Move the part"});
  CHECK(changes({}).empty());
  CHECK(moved(changes({"HEAD~1", "HEAD", ""})));
  CHECK(moved(tools.show("main", {}, {})->patch.text));
}
