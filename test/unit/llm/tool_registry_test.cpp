#include "llm/tool_registry.hpp"
#include "test/support/catch.hpp"
#include "test/support/hostile_repo.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace claw;
using claw::test::repo_yard;
using nlohmann::json;

namespace {

constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

struct tools_fixture {
  repo_yard yard;
  std::shared_ptr<repo_tools> repos = std::make_shared<repo_tools>(yard.config());
  std::shared_ptr<plan_store> plans = std::make_shared<plan_store>(yard.state + "/plans");
  tool_registry tools{{}, repos, plans};

  static outcome<std::string> check(const toolbox& box, const std::string& name,
                                    const std::string& arguments) {
    return box.check({"abcdefghi", name, arguments, false});
  }
  static tool_result run(toolbox& box, const std::string& name, const std::string& arguments) {
    const auto checked = check(box, name, arguments);
    REQUIRE(checked);
    return box.run(name, *checked, no_deadline, {});
  }
};

} // namespace

TEST_CASE_METHOD(tools_fixture, "seven tools are offered as function definitions", "[llm][tools]") {
  const auto specs = tools.specs();
  REQUIRE(specs.size() == 7);
  CHECK(usual_tool_names()
        == std::vector<std::string>{"repo_list", "repo_status", "repo_last_commit", "repo_grep",
                                    "repo_readfile", "plan_echo", "approve_echo"});
  const auto schema = json::parse(specs[4].parameters_json);
  CHECK(schema["type"] == "object");
  CHECK(schema["required"] == json({"repo", "path"}));
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema["properties"]["start_line"]["type"] == "integer");
  CHECK(schema["properties"].contains("end_line"));
}

TEST_CASE_METHOD(tools_fixture, "the tools of the history are offered only where they are named",
                 "[llm][tools][history]") {
  CHECK(all_tool_names().size() == 12);
  CHECK_FALSE(check(tools, "repo_log", R"({"repo":"demo"})"));
  yard.add_repo("demo");
  tool_registry widened{{all_tool_names()}, repos, plans};
  CHECK(widened.specs().size() == 12);
  const auto hash = repos->last_commit("demo", {})->hash.substr(0, 12);
  const auto told = [&](const char* name, const char* arguments) {
    const auto result = run(widened, name, arguments);
    CHECK(result.ok);
    return result.content;
  };
  CHECK(told("repo_log", R"({"repo":"demo","count":1})").find("demo@" + hash + ", newest first\n" + hash + " ") == 0);
  CHECK(told("repo_diff", R"({"repo":"demo"})")
        == "from demo@" + hash + " to the files as they are, committed or not: 0 files changed");
  CHECK(told("repo_diff", R"({"repo":"demo","from":"HEAD~1","to":"HEAD"})").find("+int lease_seconds = 60;")
        != std::string::npos);
  CHECK(told("repo_show", R"({"repo":"demo","path":"src"})").find("demo@" + hash + "\nAda <ada@example.org>, ") == 0);
  CHECK(told("repo_blame", R"({"repo":"demo","path":"README.md","end_line":1})")
            .find("demo@" + hash + " README.md lines 1-1 of 2\n")
        == 0);
  CHECK(told("repo_tree", R"({"repo":"demo","path":"src"})")
        == "demo@" + hash + " src\nlease.cpp (24 bytes)\nmain.cpp (36 bytes)\n");
  CHECK(run(widened, "repo_log", R"({"repo":"demo","rev":"--all"})").refused);
  CHECK(run(widened, "repo_tree", R"({"repo":"demo","path":"../x"})").escaped);
  const auto narrowed = widened.for_task(std::vector<std::string>{"repo_log"}, "demo", "src");
  CHECK(narrowed->specs().size() == 1);
  CHECK(run(*narrowed, "repo_log", "{}").content.find("demo@" + hash + " src, newest first") == 0);
}

TEST_CASE_METHOD(tools_fixture, "arguments are made canonical", "[llm][tools]") {
  CHECK(*check(tools, "repo_list", "") == "{}");
  CHECK(*check(tools, "repo_list", " null ") == "{}");
  CHECK(*check(tools, "repo_readfile", R"({"start_line":"12","repo":["demo"],"path":"a"})")
        == R"({"path":"a","repo":"demo","start_line":12})");
  CHECK(*check(tools, "repo_readfile", R"({"path":"a","repo":"demo","end_line":7.0})")
        == R"({"end_line":7,"path":"a","repo":"demo","start_line":1})");
  CHECK(*check(tools, "repo_grep", R"({"path":null,"query":"see http://x","repo":"demo"})")
        == R"({"query":"see http://x","repo":"demo"})");
}

TEST_CASE_METHOD(tools_fixture, "wrong arguments are told to the model as JSON", "[llm][tools]") {
  const auto told = [&](const std::string& name, const std::string& arguments) {
    const auto checked = check(tools, name, arguments);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ec::bad_shape);
    return json::parse(checked.error().why);
  };
  CHECK(told("repo_readfile", R"({"repo":"d","path":"a","start_line":"x"})")
        == json({{"error", "invalid_arguments"},
                 {"path", "/start_line"},
                 {"expected", "integer"},
                 {"got", "string"},
                 {"usage", "repo_readfile(repo, path, start_line?, end_line?)"}}));
  CHECK(told("repo_status", "{}")["got"] == "nothing");
  CHECK(told("repo_status", R"({"repo":"d","url":"x"})")["path"] == "/url");
  CHECK(told("repo_status", "not json")["got"] == "invalid JSON");
  CHECK(told("repo_status", std::string("{\"repo\":\"demo\"}\0 more", 21))["got"] == "invalid JSON");
  CHECK(told("repo_status", "[]")["expected"] == "object");
  CHECK(told("repo_status", R"({"repo":["a","b"]})")["got"] == "array");
  CHECK(told("repo_readfile", R"({"repo":"d","path":"a","start_line":1e300})")["got"] == "number");
  CHECK(told("repo_readfile", R"({"repo":"d","path":"a","start_line":18446744073709551615})")["got"]
        == "integer");
}

TEST_CASE_METHOD(tools_fixture, "URLs, large arguments and unknown tools are refused",
                 "[llm][tools]") {
  for (const auto* path :
       {"http://x/y", "file:///etc/passwd", "HTTPS://X", "a://b", "x/http://y"}) {
    const auto checked
        = check(tools, "repo_readfile", json({{"repo", "d"}, {"path", path}}).dump());
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ec::tool_refused);
    CHECK(json::parse(checked.error().why)["error"] == "urls_not_allowed");
  }
  CHECK(check(tools, "plan_echo", R"({"text":" http://x"})").error().code == ec::tool_refused);
  const auto at_limit
      = [](std::size_t bytes) { return R"({"text":")" + std::string(bytes - 11, 'x') + R"("})"; };
  CHECK(at_limit(4'096).size() == 4'096);
  CHECK(check(tools, "plan_echo", at_limit(4'096)));
  CHECK(check(tools, "plan_echo", at_limit(4'097)).error().code == ec::tool_refused);
  const auto unknown = check(tools, "run_shell", "{}");
  CHECK(unknown.error().code == ec::no_such_route);
  CHECK(json::parse(unknown.error().why)["available"].size() == 7);
}

TEST_CASE_METHOD(tools_fixture, "tools answer with text that a model can read", "[llm][tools]") {
  yard.add_repo("demo");
  const auto list = run(tools, "repo_list", "");
  CHECK(list.ok);
  CHECK(json::parse(list.content)["repos"][0]["name"] == "demo");
  CHECK(run(tools, "repo_grep", R"({"repo":"demo","query":"zebra"})").content
        == "src/main.cpp:2:  return 0; // Zebra");
  CHECK(run(tools, "repo_grep", R"({"repo":"demo","query":"unicorn"})").content == "no match");
  CHECK(run(tools, "repo_readfile", R"({"repo":"demo","path":"src/main.cpp","end_line":1})").content
        == "src/main.cpp lines 1-1 of 3\nint main() {");
  CHECK(json::parse(run(tools, "repo_status", R"({"repo":"demo"})").content)["branch"] == "main");
  CHECK(json::parse(run(tools, "repo_last_commit", R"({"repo":"demo"})").content)["subject"]
        == "Add the lease");
  const auto plan = json::parse(run(tools, "plan_echo", R"({"text":"x"})").content);
  CHECK(run(tools, "approve_echo", json({{"plan_id", plan["plan_id"]}}).dump()).ok);
}

TEST_CASE_METHOD(tools_fixture, "a path that tries to leave the repo is marked", "[llm][tools]") {
  const auto repo = yard.add_repo("demo");
  REQUIRE(::symlink("/etc/passwd", (repo + "/leak").c_str()) == 0);
  for (const auto& [path, why] :
       {std::pair{"../../etc/passwd", "path must be relative and not contain .."},
        std::pair{"/etc/passwd", "path must be relative and not contain .."},
        std::pair{"leak", "path outside repo"}})
    for (const auto* tool : {"repo_readfile", "repo_grep"}) {
      json arguments{{"repo", "demo"}, {"path", path}};
      if (std::string_view(tool) == "repo_grep")
        arguments["query"] = "root";
      const auto result = run(tools, tool, arguments.dump());
      CHECK_FALSE(result.ok);
      CHECK(result.refused);
      CHECK(result.escaped);
      CHECK(result.error == why);
      CHECK(json::parse(result.content)["error"] == why);
    }
  const auto missing = run(tools, "repo_readfile", R"({"repo":"demo","path":"nowhere"})");
  CHECK_FALSE(missing.escaped);
  CHECK_FALSE(missing.refused);
  CHECK(missing.error == "not a file or not found");
}

TEST_CASE_METHOD(tools_fixture, "a task narrows the tools and fills in repo and path",
                 "[llm][tools]") {
  yard.add_repo("demo");
  const std::vector<std::string> some{"repo_readfile", "repo_grep", "unknown"};
  const auto view = tools.for_task(some, "demo", "src/main.cpp");
  CHECK(view->specs().size() == 2);
  CHECK(json::parse(view->specs()[0].parameters_json)["required"] == json({"query"}));
  CHECK(run(*view, "repo_readfile", "{}").content.find("src/main.cpp lines 1-3 of 3\n") == 0);
  CHECK(run(*view, "repo_readfile", R"({"path":"README.md"})").content.find("README.md") == 0);
  CHECK_FALSE(check(*view, "repo_list", "{}"));
  CHECK(tools.for_task(std::vector<std::string>{}, "", "")->specs().empty());
  CHECK(tools.for_task(std::nullopt, "", "")->specs().size() == 7);
  tool_registry limited{{{"repo_list"}}, repos, plans};
  CHECK(limited.specs().size() == 1);
}

TEST_CASE_METHOD(tools_fixture, "long answers keep their head and tail", "[llm][tools]") {
  const auto repo = yard.add_repo("demo");
  std::string text;
  for (int i = 1; i <= 300; ++i)
    text += "line " + std::to_string(i) + "\n";
  claw::test::write_file(repo + "/long.txt", text);
  tool_registry small{{{}, 1'000, 4'096}, repos, plans};
  const auto result
      = run(small, "repo_readfile", R"({"repo":"demo","path":"long.txt","end_line":300})");
  CHECK(result.ok);
  CHECK(result.truncated);
  CHECK(result.content.size() <= 1'000);
  CHECK(result.content.find("lines omitted; use start_line/end_line]") != std::string::npos);
  CHECK(result.content.find("line 1\n") != std::string::npos);
  CHECK(result.content.find("line 300") != std::string::npos);
}
