#include "llm/command_registry.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <filesystem>

using namespace claw;
using claw::test::repo_yard;
using json = nlohmann::ordered_json;

namespace {

struct registry_fixture {
  repo_yard yard;
  std::vector<std::string> llm_caps{"llm:vllm"};
  command_registry commands{{"w1", "1.2.3", [this] { return llm_caps; }},
                            std::make_shared<repo_tools>(yard.config()),
                            std::make_shared<plan_store>(yard.state + "/plans")};

  outcome<std::string> run(const std::string& command, const std::string& payload) {
    return commands.run(command, payload, std::chrono::steady_clock::time_point::max(), {});
  }
  std::string why(const std::string& command, const std::string& payload) {
    const auto result = run(command, payload);
    return result ? "(it worked) " + *result : result.error().why;
  }
};

} // namespace

TEST_CASE_METHOD(registry_fixture, "ping and capabilities answer as documented",
                 "[llm][commands]") {
  CHECK(*run("ping", "hello there") == "pong: hello there");
  CHECK(*run("ping", "") == "pong: ");
  CHECK(*run("capabilities", "")
        == R"({"worker_id":"w1","capabilities":["ping","capabilities","plan_echo","approve_echo",)"
           R"("repo_list","repo_status","repo_last_commit","repo_grep","repo_readfile","repo_log",)"
           R"("repo_diff","repo_show","repo_blame","repo_tree","llm_task","llm:vllm"],"version":"1.2.3"})");
  llm_caps.clear(); // the model's endpoint has gone
  CHECK(run("capabilities", "")->find("llm:vllm") == std::string::npos);
  CHECK(commands.commands().size() == 14);
  CHECK(run("rm", "").error().code == ec::bad_command);
}

TEST_CASE_METHOD(registry_fixture, "a plan is kept and approved by its id only",
                 "[llm][commands]") {
  std::string long_text;
  for (int i = 0; i < 300; ++i)
    long_text += "\xC3\xA4";
  const auto plan = json::parse(*run("plan_echo", long_text));
  const auto id = plan["plan_id"].get<std::string>();
  CHECK(plan["type"] == "plan");
  CHECK(plan["summary"] == "Echo plan for: " + long_text.substr(0, 400));
  CHECK(plan["proposed_actions"] == json::array({"(no-op)"}));
  CHECK(plan["requires_approval"] == true);
  const auto file = yard.state + "/plans/" + id + ".json";
  CHECK(json::parse(claw::test::read_file(file)) == plan);
  struct stat about {};
  REQUIRE(::stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK(*run("approve_echo", "  " + id + "\n")
        == R"({"type":"approval","plan_id":")" + id
               + R"x(","status":"approved","applied":false,"note":"no-op (scaffold)"})x");
  claw::test::write_file(yard.state + "/secret.json", "{}");
  for (const auto& wrong : std::vector<std::string>{
           "", "x", "../secret", "../../secret", "00000000-0000-4000-8000-000000000000",
           id + ".json", id.substr(1), "/" + id.substr(1), "....-" + id.substr(5)})
    CHECK(why("approve_echo", wrong) == "unknown plan_id");
}

TEST_CASE_METHOD(registry_fixture, "repo answers come in the envelope", "[llm][commands]") {
  const auto folder = yard.add_repo("demo");
  CHECK(*run("repo_list", "")
        == R"({"ok":true,"worker_id":"w1","command":"repo_list","repo":null,"truncated":false,)"
           R"("data":{"repos":[{"name":"demo","path":")"
               + folder + R"("}]},"error":null})");
  CHECK(*run("repo_status", R"({"repo":"demo"})")
        == R"({"ok":true,"worker_id":"w1","command":"repo_status","repo":"demo","truncated":false,)"
           R"("data":{"repo":"demo","branch":"main","dirty":false,"porcelain":""},"error":null})");
  CHECK(json::parse(*run("repo_last_commit", R"({"repo":"demo"})"))["data"]["subject"]
        == "Add the lease");
  CHECK(json::parse(
            *run("repo_grep",
                 R"({"repo":"demo","query":"lease_seconds","path":"src"})"))["data"]["matches"]
        == "src/lease.cpp:1:int lease_seconds = 60;");
  const auto read = json::parse(
      *run("repo_readfile", R"({"repo":"demo","path":"src/main.cpp","start":2,"end":2})"));
  CHECK(read["data"]
        == json({{"path", "src/main.cpp"},
                 {"start", 2},
                 {"end", 2},
                 {"content", "  return 0; // Zebra"}}));
  CHECK(json::parse(*run("repo_readfile", R"({"repo":"demo","path":"README.md"})"))["data"]["end"]
        == 200);
}

TEST_CASE_METHOD(registry_fixture, "errors of payloads are word for word", "[llm][commands]") {
  yard.add_repo("demo");
  for (const auto* command : {"repo_status", "repo_last_commit", "repo_grep", "repo_readfile", "repo_log", "repo_diff",
                              "repo_show", "repo_blame", "repo_tree"}) {
    CHECK(why(command, "{") == "payload must be valid JSON");
    CHECK(why(command, "") == "payload must be valid JSON");
    CHECK(why(command, "[]") == "payload must be valid JSON");
    CHECK(why(command, std::string("{}\0 more", 8)) == "payload must be valid JSON");
    CHECK(why(command, "{}") == "repo required");
    CHECK(why(command, R"({"repo":7})") == "repo required");
  }
  CHECK(why("repo_status", R"({"repo":"no"})") == "repo not allowlisted");
  CHECK(why("repo_grep", R"({"repo":"demo"})") == "query required");
  CHECK(why("repo_readfile", R"({"repo":"demo"})") == "path required");
  CHECK(why("repo_readfile", R"({"repo":"demo","path":"README.md","start":0})")
        == "start must be >= 1");
  CHECK(why("repo_readfile", R"({"repo":"demo","path":"README.md","start":9,"end":8})")
        == "end must be >= start");
  CHECK(why("repo_readfile", R"({"repo":"demo","path":"README.md","end":401})")
        == "line range exceeds RUNNER_MAX_LINES (400)");
  CHECK(
      why("repo_readfile",
          R"({"repo":"demo","path":"README.md","start":-9223372036854775808,"end":9223372036854775807})")
      == "start must be >= 1");
  CHECK(why("repo_readfile",
            R"({"repo":"demo","path":"README.md","start":1,"end":9223372036854775807})")
        == "line range exceeds RUNNER_MAX_LINES (400)");
  CHECK(why("repo_readfile", R"({"repo":"demo","path":"README.md","end":"x"})")
        == "end must be an integer");
  for (const char* path : {"3", "[]", "true", "{}"})
    CHECK(why("repo_grep", R"({"repo":"demo","query":"x","path":)" + std::string{path} + "}") == "path must be a string");
  CHECK(why("repo_diff", R"({"repo":"demo","from":1})") == "from must be a string");
  CHECK(why("repo_readfile", R"({"repo":"demo","path":"../../etc/passwd"})")
        == "path must be relative and not contain ..");
}

TEST_CASE_METHOD(registry_fixture, "answers about the history name the repo and the commit",
                 "[llm][commands][history]") {
  yard.add_repo("demo");
  const auto content = [&](const char* command, const json& payload) {
    const auto answer = run(command, payload.dump());
    REQUIRE(answer);
    return json::parse(*answer)["data"];
  };
  const auto hash = content("repo_last_commit", {{"repo", "demo"}})["hash"].get<std::string>();
  const auto log = content("repo_log", {{"repo", "demo"}, {"path", "src"}, {"count", 1}});
  CHECK(log["at"] == "demo@" + hash);
  CHECK(log["path"] == "src");
  CHECK(log["commits"].size() == 1);
  CHECK(log["commits"][0]["subject"] == "Add the lease");
  const auto diff = content("repo_diff", {{"repo", "demo"}, {"from", "HEAD~1"}, {"to", "main"}});
  CHECK(diff["at"] == "demo@" + hash);
  CHECK(diff["from"].get<std::string>().size() == 40);
  CHECK(diff["to"] == hash);
  CHECK(diff["files"] == 1);
  CHECK(content("repo_diff", {{"repo", "demo"}})["to"].is_null());
  const auto shown = content("repo_show", {{"repo", "demo"}, {"rev", "main~1"}, {"path", "README.md"}});
  CHECK(shown["subject"] == "First words");
  CHECK(shown["at"] == "demo@" + shown["hash"].get<std::string>());
  CHECK(shown["diff"].get<std::string>().find("+# Example") != std::string::npos);
  const auto blamed = content("repo_blame", {{"repo", "demo"}, {"path", "README.md"}, {"start", 2}});
  CHECK(blamed["start"] == 2);
  CHECK(blamed["end"] == 2);
  CHECK(blamed["lines"].get<std::string>().find("LEASE_SECONDS") != std::string::npos);
  CHECK(content("repo_tree", {{"repo", "demo"}, {"depth", 1}})["entries"] == "README.md (48 bytes)\nsrc/\n");
  CHECK(why("repo_log", R"({"repo":"demo","count":"x"})") == "count must be an integer");
  CHECK(why("repo_tree", R"({"repo":"demo","depth":0})") == "depth must be 1 to 10");
  CHECK(why("repo_blame", R"({"repo":"demo"})") == "path required");
  CHECK(why("repo_show", R"({"repo":"demo","rev":"--all"})").find("revision must be HEAD") == 0);
}
