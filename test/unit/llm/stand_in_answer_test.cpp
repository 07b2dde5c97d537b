#include "test/support/catch.hpp"
#include "test/support/stand_in_answer.hpp"

using namespace claw::test;
using nlohmann::json;

namespace {

/// Plays a tool loop with the stand-in: each tool has one answer. @returns the names called and the last text.
std::string played(const std::string& question, const std::map<std::string, std::string>& results,
                   std::string& text) {
  json request{
      {"messages",
       {{{"role", "system"}, {"content", "You help."}}, {{"role", "user"}, {"content", question}}}},
      {"tools", json::array()}};
  for (const auto& [name, result] : results)
    request["tools"].push_back({{"type", "function"}, {"function", {{"name", name}}}});
  std::string called;
  for (int step = 0; step < 6; ++step) {
    const auto reply = stand_in_answer(request);
    if (reply.calls.empty()) {
      text = reply.text;
      return called;
    }
    const auto& call = reply.calls[0];
    called += (called.empty() ? "" : " ") + call.name + call.arguments;
    request["messages"].push_back(
        {{"role", "assistant"},
         {"content", ""},
         {"tool_calls",
          {{{"id", call.id},
            {"function", {{"name", call.name}, {"arguments", call.arguments}}}}}}});
    request["messages"].push_back(
        {{"role", "tool"},
         {"tool_call_id", call.id},
         {"content", "<tool_output>" + results.at(call.name) + "</tool_output>"}});
  }
  return called + " ...";
}

const std::map<std::string, std::string> good{
    {"repo_list", R"({"repos":[{"name":"claw","path":"/x"},{"name":"other","path":"/y"}]})"},
    {"repo_grep",
     R"({"ok":true,"data":{"matches":"src/a.cpp:12:LEASE_SECONDS here\nb.md:3:LEASE_SECONDS"}})"},
    {"repo_readfile", R"({"path":"src/a.cpp","content":"first line\nsecond line\n"})"},
};

} // namespace

TEST_CASE("the stand-in answers from tool results and says what it is", "[llm][stand_in]") {
  std::string text;
  CHECK(played("What repos are configured on this worker?", good, text) == "repo_list{}");
  CHECK(text.find("claw") != std::string::npos);
  CHECK(text.find("other") != std::string::npos);
  CHECK(text.find(stand_in_notice) != std::string::npos);

  CHECK(played("Search for \"LEASE_SECONDS\" and summarize what it does", good, text)
        == R"(repo_list{} repo_grep{"query":"LEASE_SECONDS","repo":"claw"} )"
           R"(repo_readfile{"end_line":24,"path":"src/a.cpp","repo":"claw","start_line":8})");
  CHECK(text.find("2 lines") != std::string::npos);
  CHECK(text.find("first line") != std::string::npos);
  CHECK(text.find(stand_in_notice) != std::string::npos);

  CHECK(played("hello", good, text).empty());
  CHECK(text.find(stand_in_notice) != std::string::npos);
}

TEST_CASE("the stand-in understands results that are plain text", "[llm][stand_in]") {
  auto results = good;
  results["repo_grep"] = "src/a.cpp:12:LEASE_SECONDS {here}\nb.md:3:LEASE_SECONDS";
  results["repo_readfile"] = "src/a.cpp lines 8-24 of 90\nint x{};\n";
  std::string text;
  played("Search for \"LEASE_SECONDS\"", results, text);
  CHECK(text.find("2 lines") != std::string::npos);
  CHECK(text.find("int x{};") != std::string::npos);
  results["repo_grep"] = "no match";
  played("Search for \"LEASE_SECONDS\"", results, text);
  CHECK(text.find("Nothing in the repo claw") != std::string::npos);
}

TEST_CASE("the stand-in passes on what a tool refuses", "[llm][stand_in]") {
  auto results = good;
  results["repo_readfile"] = R"({"error":"path must be relative and not contain .."})";
  std::string text;
  CHECK(played("Read ../../etc/passwd", results, text)
        == R"(repo_list{} repo_readfile{"path":"../../etc/passwd","repo":"claw"})");
  CHECK(text.find("path must be relative") != std::string::npos);
  CHECK(played("Read other/x.md.", {}, text).empty());
  CHECK(text.find("not offered") != std::string::npos);
}
