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
