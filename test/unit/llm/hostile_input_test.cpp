#include "llm/command_registry.hpp"
#include "llm/repo_scope.hpp"
#include "llm/tool_registry.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

using namespace claw;
using claw::test::fingerprint;
using claw::test::repo_yard;

namespace {

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i)
    result += text;
  return result;
}

/// Without blanks and escapes: one word each. SECRET, CANARY and OUTSIDE stand for places of the yard.
constexpr std::string_view plain_words = R"(
SECRET /SECRET //SECRET ./SECRET /etc/passwd //etc/passwd / // . ./ .. ../ ../.. ./.. src/.. src/../..
../../outside/secret.txt ../../../outside/secret.txt src/../../../outside/secret.txt
./../../outside/secret.txt ..//..//outside/secret.txt ../outside/secret.txt .../secret.txt
..\..\outside\secret.txt ..%2f..%2foutside%2fsecret.txt %2e%2e/%2e%2e/outside/secret.txt
..%252f..%252foutside ..%c0%af..%c0%afoutside /proc/self/root/etc/passwd /proc/self/environ
/proc/self/cwd /proc/self/fd/3 /dev/stdin /dev/fd/0 /dev/zero proc/self/root/etc/passwd
link/secret.txt link link/. link/.. link/../secret.txt chain leak leak/ leak/. ./leak src/../leak
loop loop/x root root/etc/passwd up up/outside/secret.txt self/environ gitlink gitlink/config githead
.git .git/ ./.git .git/config .git/HEAD .GIT/config .Git/HEAD .git./config git~1/config GIT~1
.git::$INDEX_ALLOCATION src/../.git/config sub/.git/config nested/.git/HEAD .git/../.git/config
~ ~root/.bashrc $HOME ${HOME}/.ssh/id_rsa `id` - -- -h --help -f/etc/passwd -f --file=/etc/passwd
--pre=CANARY --pre -OCANARY -O --open-files-in-pager=CANARY --output=OUTSIDE/written
--hostname-bin=CANARY --no-index --ignore-file=/etc/passwd --follow -L --search-zip -z
--exec-path=OUTSIDE --upload-pack=CANARY --ext-diff --textconv --git-dir=/ :/ :(top) :(exclude)x :!x
:(glob)** :(attr:x) :/leak * ** **/* [a-z]* ? {a,b} HEAD:README.md HEAD @{0} file://SECRET
http://127.0.0.1/ ext::CANARY .env config/.env .env.production key.pem id_rsa ID_RSA .ssh/config
.netrc envlink fifo fifolink src/main.cpp/ src/main.cpp/.. src/main.cpp/../../leak //README.md
README.md/. README.md/../leak
)";

/// Blanks, control characters, NUL, bytes that are no UTF-8, look-alikes of dots and slashes, great lengths.
std::vector<std::string> odd_texts() {
  return {"",
          " ",
          "  ",
          ".git /config",
          "$(cat /etc/passwd)",
          "; cat /etc/passwd",
          "| cat /etc/passwd",
          "& id",
          "--no-index /etc/passwd",
          "x\nREADME.md",
          "README.md\n",
          "README.md\r",
          "README.md\t",
          "\x1b[2J",
          "\x7f",
          "\xC2\x80",
          std::string("README.md\0", 10),
          std::string("README.md\0/etc/passwd", 21),
          std::string("\0", 1),
          "\xFF",
          "\xFE\xFF",
          "README.md\xFF",
          "\xED\xA0\x80",
          "\xF4\x90\x80\x80",
          "\xC0\xAE\xC0\xAE/outside",
          "\xE0\x80\xAE\xE0\x80\xAE/outside",
          "\xEF\xBC\x8E\xEF\xBC\x8E/outside",
          "..\xE2\x88\x95..\xE2\x88\x95outside",
          repeated("a", 256),
          repeated("a/", 2'100),
          repeated("../", 1'500),
          repeated("x", 4'096),
          repeated("x", 100'000),
          repeated("./", 2'000) + "leak",
          "src/" + repeated("../", 40) + "etc/passwd"};
}

/// Ways to write a path to the secret, or to anything else that is not to be read; and as queries, options.
std::vector<std::string> hostile_texts(const repo_yard& yard) {
  auto result = odd_texts();
  std::istringstream words{std::string(plain_words)};
  for (std::string word; words >> word;) {
    for (const auto& [sign, meaning] :
         {std::pair{"SECRET", yard.outside + "/secret.txt"}, std::pair{"CANARY", yard.canary},
          std::pair{"OUTSIDE", yard.outside}})
      if (const auto at = word.find(sign); at != word.npos)
        word.replace(at, std::string_view(sign).size(), meaning);
    result.push_back(word);
  }
  return result;
}

/// The same in other clothes: 400 and more.
std::vector<std::string> more_hostile_paths(const repo_yard& yard) {
  auto result = hostile_texts(yard);
  const auto count = result.size();
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back("src/" + result[i]);
    result.push_back("./" + result[i] + "/.");
  }
  return result;
}

/// Options of git and ripgrep that run, read or write something, as a person may type them for a query, a revision or a
/// path. `CANARY` and `OUTSIDE` as above.
constexpr std::string_view flag_words = R"(
-e -f -O -L -P -z -u -uuu -i -c -l -q -p -S -G -n1 -1 -h -C/ -OCANARY -fOUTSIDE/secret.txt -SCANARY -p1 -- --
--pre --pre=CANARY --pre-glob=* --hostname-bin=CANARY --file=OUTSIDE/secret.txt --ignore-file=OUTSIDE/secret.txt
--follow --hidden --no-ignore --search-zip --type-add=x:* --config=OUTSIDE/secret.txt --debug --trace --files
--files-with-matches --replace=x --passthru --multiline --pcre2 --engine=pcre2 --json --stats --version --help
--generate=man --type-list --no-config --context=9999 --max-columns=0 --path-separator=x --colors=x --sort=none
--open-files-in-pager --open-files-in-pager=CANARY --no-index --textconv --ext-diff --recurse-submodules --cached
--untracked --exclude-standard --no-exclude-standard --function-context --show-function --and --or --not --all-match
--output=OUTSIDE/written --output OUTSIDE/written --output-indicator-new=x --exec=CANARY --upload-pack=CANARY
--receive-pack=CANARY --exec-path=OUTSIDE --git-dir=OUTSIDE --work-tree=OUTSIDE --namespace=x --super-prefix=x
--config-env=core.pager=HOME -c core.pager=CANARY -ccore.fsmonitor=CANARY --paginate --pager=CANARY --bare
--all --branches --tags --remotes --glob=* --exclude=* --reflog --walk-reflogs -g --stdin --not --alternate-refs
--indexed-objects --merge --boundary --left-right --cherry --bisect --disk-usage --filter=blob:none --objects
--show-signature --pretty=%G? --format=%(trailers) --decorate --notes=* --mailmap --source --contents=OUTSIDE/secret.txt
--contents OUTSIDE/secret.txt --ignore-revs-file=OUTSIDE/secret.txt --ignore-rev=x --reverse --incremental --porcelain
--line-porcelain --root --show-stats --since=1 --until=1 --author=x --grep=x --max-count=999999 --follow --full-diff
--diff-filter=A --find-renames --find-copies-harder --word-diff --color=always --ws-error-highlight=all --binary
--submodule=diff --ita-visible-in-index --no-prefix --line-prefix=x --src-prefix=x --relative=src
--orderfile=OUTSIDE/secret.txt -OOUTSIDE/secret.txt
--name-only --stat --raw --patch --full-tree --abbrev=0 --end-of-options --literal-pathspecs
--glob-pathspecs --icase-pathspecs --attr-source=HEAD --no-optional-locks --exec --show-toplevel --git-path
)";

std::vector<std::string> flag_like_texts(const repo_yard& yard) {
  std::vector<std::string> result;
  std::istringstream words{std::string(flag_words)};
  for (std::string word; words >> word;) {
    for (const auto& [sign, meaning] : {std::pair{"CANARY", yard.canary}, std::pair{"OUTSIDE", yard.outside}})
      if (const auto at = word.find(sign); at != word.npos)
        word.replace(at, std::string_view(sign).size(), meaning);
    result.push_back(word);
  }
  return result;
}

std::string sow(repo_yard& yard) {
  namespace fs = std::filesystem;
  const auto repo = yard.add_repo("demo");
  fs::create_symlink(yard.outside, repo + "/link");
  fs::create_symlink(yard.outside + "/secret.txt", repo + "/leak");
  fs::create_symlink("leak", repo + "/chain");
  fs::create_symlink("loop", repo + "/loop");
  fs::create_symlink("/", repo + "/root");
  fs::create_symlink("../..", repo + "/up");
  fs::create_symlink("/proc/self", repo + "/self");
  fs::create_symlink(".git", repo + "/gitlink");
  fs::create_symlink(".git/HEAD", repo + "/githead");
  for (const auto* path :
       {"/.env", "/config/.env", "/.env.production", "/key.pem", "/id_rsa", "/.ssh/config"})
    claw::test::write_file(repo + path, std::string("PASSWORD=") + repo_yard::secret + "\n");
  fs::create_symlink(".env", repo + "/envlink");
  ::mkfifo((repo + "/fifo").c_str(), 0600);
  fs::create_symlink("fifo", repo + "/fifolink");
  fs::create_directories(repo + "/nested");
  claw::test::git(repo + "/nested", {"init", "-q"});
  return repo;
}

/// Bytes that only stand outside, in credentials, or in `.git`.
bool leaks(const std::string& text) {
  return text.find(repo_yard::secret) != std::string::npos
         || text.find("root:x:0") != std::string::npos
         || text.find("repositoryformatversion") != std::string::npos
         || text.find("ref: refs/") != std::string::npos;
}

std::string text_of(const nlohmann::json& x) {
  return x.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

TEST_CASE("no path or query reads outside of the repo or starts anything", "[llm][repo][hostile]") {
  repo_yard yard;
  const auto repo = sow(yard);
  const auto paths = hostile_texts(yard);
  REQUIRE(paths.size() >= 150);
  const auto before = fingerprint(repo);
  const bool without_rg = GENERATE(false, true);
  auto config = yard.config();
  config.without_rg = without_rg;
  repo_tools tools{config};
  for (const auto& text : paths) {
    INFO(text.substr(0, 200));
    if (const auto read = tools.read_file("demo", text, {}))
      CHECK_FALSE(leaks(read->content));
    if (const auto found = tools.grep("demo", "SECRET|root:x|repositoryformat|refs/", text, {}))
      CHECK_FALSE(leaks(found->lines));
    if (const auto found = tools.grep("demo", text, "", {}))
      CHECK_FALSE(leaks(found->lines));
    CHECK_FALSE(tools.status(text, {}));
  }
  CHECK_FALSE(yard.canary_ran());
  CHECK(fingerprint(repo) == before);
  CHECK_FALSE(std::filesystem::exists(yard.outside + "/written"));
}

TEST_CASE("four hundred paths in any clothes lead nowhere outside", "[llm][repo][hostile]") {
  repo_yard yard;
  const auto repo = sow(yard);
  const auto paths = more_hostile_paths(yard);
  REQUIRE(paths.size() >= 400);
  const auto before = fingerprint(repo);
  repo_tools tools{yard.config()};
  const auto scope = repo_scope::open(repo);
  REQUIRE(scope);
  for (const auto& path : paths) {
    INFO(path.substr(0, 200));
    if (const auto read = tools.read_file("demo", path, {}))
      CHECK_FALSE(leaks(read->content));
    if (const auto entered = scope->enter_for_stranger(path))
      CHECK_FALSE(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(entered->fd.get()))
                      .string()
                      .starts_with(yard.outside));
    for (const auto& x : {tools.log("demo", {path.substr(0, 300), ""}, {}), tools.log(path, {}, {})})
      CHECK((!x || !x->commits.empty())); // a revision or nothing; never a repo
  }
  CHECK_FALSE(yard.canary_ran());
  CHECK(fingerprint(repo) == before);
}

TEST_CASE("hostile paths and revisions get nothing out of the history", "[llm][repo][hostile][history]") {
  repo_yard yard;
  const auto repo = sow(yard);
  claw::test::git(repo, {"add", "-A", "--", "link", "leak", "chain", ".env", "src"});
  claw::test::git(repo, {"commit", "-q", "-m", "Track links and a credential"});
  const auto before = fingerprint(repo);
  repo_tools tools{yard.config()};
  const auto check = [](const auto& x, const auto& text) {
    if (x)
      CHECK_FALSE(leaks(text(*x)));
  };
  for (const auto& text : hostile_texts(yard)) {
    INFO(text.substr(0, 200));
    check(tools.blame("demo", {text, "", {}}, {}), [](const auto& x) { return x.lines; });
    check(tools.tree("demo", {text, "", 3}, {}), [](const auto& x) { return x.entries; });
    check(tools.diff("demo", {"HEAD~1", "HEAD", text}, {}), [](const auto& x) { return x.patch.text; });
    check(tools.show("demo", {text, ""}, {}), [](const auto& x) { return x.body + x.patch.text; });
    check(tools.diff("demo", {text, text, ""}, {}), [](const auto& x) { return x.patch.text; });
  }
  CHECK_FALSE(yard.canary_ran());
  CHECK(fingerprint(repo) == before);
}

TEST_CASE("a text that looks like an option is a query, a path or a refused revision, never an option",
          "[llm][repo][hostile][history]") {
  repo_yard yard;
  const auto repo = sow(yard);
  const auto flags = flag_like_texts(yard);
  REQUIRE(flags.size() >= 120);
  const auto before = fingerprint(repo);
  repo_tools tools{yard.config()};
  auto config = yard.config();
  config.without_rg = true;
  repo_tools git_alone{config};
  for (const auto& flag : flags) {
    INFO(flag);
    for (auto* each : {&tools, &git_alone})
      if (const auto found = each->grep("demo", flag, "", {}))
        CHECK(found->lines.empty());
    if (flag.front() == '-') {
      CHECK(tools.show("demo", {flag, ""}, {}).error().code == ec::tool_refused);
      CHECK(tools.diff("demo", {"", flag, ""}, {}).error().code == ec::tool_refused);
    }
    CHECK_FALSE(tools.blame("demo", {flag, "", {}}, {}));
    if (const auto found = tools.log("demo", {"", flag}, {}))
      CHECK(found->commits.empty());
  }
  CHECK_FALSE(yard.canary_ran());
  CHECK(fingerprint(repo) == before);
  CHECK_FALSE(std::filesystem::exists(yard.outside + "/written"));
}

TEST_CASE("hostile payloads and arguments get an error or an answer, never a leak",
          "[llm][repo][hostile]") {
  repo_yard yard;
  const auto repo = sow(yard);
  const auto repos = std::make_shared<repo_tools>(yard.config());
  const auto plans = std::make_shared<plan_store>(yard.state + "/plans");
  command_registry commands{{"w1", "1.0", {}}, repos, plans};
  tool_registry registry{{}, repos, plans};
  const auto end = std::chrono::steady_clock::time_point::max();
  for (const auto& text : hostile_texts(yard)) {
    INFO(text.substr(0, 200));
    for (const auto* command : {"repo_readfile", "repo_grep", "approve_echo"}) {
      const auto payload = text_of({{"repo", "demo"}, {"path", text}, {"query", "SECRET|root"}});
      for (const auto& each : {payload, text})
        if (const auto done = commands.run(command, each, end, {}))
          CHECK_FALSE(leaks(*done));
    }
    const tool_call call{"abcdefghi", "repo_readfile", text_of({{"repo", "demo"}, {"path", text}}),
                         false};
    if (const auto checked = registry.check(call)) {
      const auto result = registry.run(call.name, *checked, end, {});
      CHECK_FALSE(leaks(result.content + result.error));
    }
  }
  CHECK_FALSE(yard.canary_ran());
}

TEST_CASE("without openat2 the walk keeps paths inside as well", "[llm][repo][hostile]") {
  repo_yard yard;
  sow(yard);
  struct pretence {
    pretence() { pretend_no_openat2(true); }
    ~pretence() { pretend_no_openat2(false); }
  } older_kernel;
  repo_tools tools{yard.config()};
  CHECK(tools.read_file("demo", "src/main.cpp", {}));
  CHECK(tools.status("demo", {}));
  CHECK(tools.read_file("demo", "leak", {}).error().why == "path outside repo");
  CHECK(tools.read_file("demo", "link/secret.txt", {}).error().why == "path outside repo");
  for (const auto& text : hostile_texts(yard)) {
    INFO(text.substr(0, 200));
    if (const auto read = tools.read_file("demo", text, {}))
      CHECK_FALSE(leaks(read->content));
  }
}
