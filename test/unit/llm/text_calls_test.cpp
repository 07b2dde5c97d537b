#include "llm/text_calls.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace claw;
using nlohmann::json;

namespace {

const std::vector<tool_spec> tools{
    {"repo_list", "", R"({"type":"object","properties":{}})"},
    {"repo_status", "",
     R"({"type":"object","properties":{"repo":{"type":"string"}},"required":["repo"]})"},
    {"repo_grep", "",
     R"({"type":"object","properties":{"path":{"type":"string"},"query":{"type":"string"},"repo":{"type":"string"}},)"
     R"("required":["repo","query"]})"},
    {"repo_readfile", "",
     R"({"type":"object","properties":{"end_line":{"type":"integer"},"path":{"type":"string"},"repo":{"type":"string"}},)"
     R"("required":["repo","path"]})"},
};

text_call_search search(std::string_view answer,
                        const std::vector<std::string_view>& results = {}) {
  return find_text_calls(answer, tools, results);
}

/// `name arguments` of each call, one a line.
std::string told(const text_call_search& x) {
  std::string out;
  for (const auto& call : x.calls)
    out += (out.empty() ? "" : "\n") + call.name + " " + call.arguments_json;
  return out;
}

} // namespace

TEST_CASE("calls are found in every family's words", "[llm][text_calls]") {
  struct row {
    const char* answer;
    const char* calls;
    const char* rest;
  };
  const std::string status = R"(repo_status {"repo":"demo"})";
  const std::vector<row> rows{
      {R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo"}}</tool_call>)",
       R"(repo_status {"repo":"demo"})", ""},
      {"I "
       "look.\n<tool_call>\n{\"name\":\"repo_status\",\"arguments\":{\"repo\":\"demo\"}}\n</"
       "tool_call>\nThen more.",
       R"(repo_status {"repo":"demo"})", "I look.\n\nThen more."},
      {R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo"}})",
       R"(repo_status {"repo":"demo"})", ""},
      {R"(<tool_call>{"name":"repo_status","arguments":"{\"repo\":\"demo\"}"}</tool_call>)",
       R"(repo_status {"repo":"demo"})", ""},
      {R"(<tool_call>{"name":"repo_list"}</tool_call><tool_call>{"name":"repo_status","arguments":{"repo":"a}<b"}}</tool_call>)",
       "repo_list {}\nrepo_status {\"repo\":\"a}<b\"}", ""},
      {"<tool_call>\n<function=repo_readfile>\n<parameter=repo>\ndemo\n</"
       "parameter>\n<parameter=path>\na\nb\n</parameter>\n"
       "<parameter=end_line>\n12\n</parameter>\n</function>\n</tool_call>",
       R"(repo_readfile {"end_line":12,"path":"a\nb","repo":"demo"})", ""},
      {"<tool_call>repo_status\n<arg_key>repo</arg_key>\n<arg_value>demo</arg_value>\n</tool_call>",
       R"(repo_status {"repo":"demo"})", ""},
      {"<tool_call>repo_list</tool_call>", "repo_list {}", ""},
      {R"(<|python_tag|>{"name":"repo_status","parameters":{"repo":"demo"}})",
       R"(repo_status {"repo":"demo"})", ""},
      {R"(<|python_tag|>repo_status(repo="demo")<|eom_id|>)", R"(repo_status {"repo":"demo"})", ""},
      {R"(<function=repo_status>{"repo":"demo"}</function>)", R"(repo_status {"repo":"demo"})", ""},
      {R"([TOOL_CALLS][{"name":"repo_status","arguments":{"repo":"demo"}},{"name":"repo_list","arguments":{}}])",
       "repo_status {\"repo\":\"demo\"}\nrepo_list {}", ""},
      {R"([TOOL_CALLS]repo_status[ARGS]{"repo":"demo"})", R"(repo_status {"repo":"demo"})", ""},
      {R"([TOOL_REQUEST]{"name":"repo_status","arguments":{"repo":"demo"}}[END_TOOL_REQUEST])",
       R"(repo_status {"repo":"demo"})", ""},
      {R"(<|channel|>commentary to=functions.repo_status <|constrain|>json<|message|>{"repo":"demo"}<|call|>)",
       R"(repo_status {"repo":"demo"})", ""},
      {R"({"name":"repo_status","parameters":{"repo":"demo"}})", R"(repo_status {"repo":"demo"})",
       ""},
      {"```json\n{\"name\":\"repo_status\",\"arguments\":{\"repo\":\"demo\"}}\n```",
       R"(repo_status {"repo":"demo"})", ""},
      {R"([{"name":"repo_list","arguments":{}},{"name":"repo_status","args":{"repo":"demo"}}])",
       "repo_list {}\nrepo_status {\"repo\":\"demo\"}", ""},
      {R"( repo_status("demo") )", R"(repo_status {"repo":"demo"})", ""},
      {R"(repo_grep('demo', 'it\'s', path="src"))",
       R"(repo_grep {"path":"src","query":"it's","repo":"demo"})", ""},
      {"[repo_list(), repo_status(repo='demo')]", "repo_list {}\nrepo_status {\"repo\":\"demo\"}",
       ""},
      {"```python\nrepo_list()\n```", "repo_list {}", ""},
  };
  for (const auto& x : rows) {
    INFO(x.answer);
    const auto found = search(x.answer);
    CHECK(told(found) == x.calls);
    CHECK(found.rest == x.rest);
  }
}

TEST_CASE("what only looks like a call is text", "[llm][text_calls]") {
  for (const char* answer : {
           R"(I used repo_status("demo") and it is clean.)",
           R"(Call repo_list() first.)",
           "Try "
           "this:\n```json\n{\"name\":\"repo_status\",\"arguments\":{\"repo\":\"demo\"}}\n```\nand "
           "see.",
           R"({"name":"repo_status","arguments":{"repo":"demo"}} is what I would send.)",
           R"({"name":"rm","arguments":{"path":"/"}})",
           R"(<tool_call>{"name":"rm","arguments":{}}</tool_call>)",
           R"({"name":"demo","license":"MIT"})",
           R"({"name":"repo_list","version":"1.0","arguments":{}})",
           R"({"name":"repo_list"})",
           R"(<tool_call> is the tag that repo_list uses)",
           R"(repo_status(os.system("x")))",
           R"(repo_status("a", "b"))",
           R"({"name":"repo_status","arguments":[1,2]})",
           R"({"name":"repo_status","arguments":{"repo":"de)",
           "[TOOL_CALLS]",
           "",
       }) {
    INFO(answer);
    const auto found = search(answer);
    CHECK(found.calls.empty());
    CHECK(found.rest == answer);
  }
  CHECK(find_text_calls(R"(repo_list())", {}, {}).calls.empty());
}

TEST_CASE("light slips are mended and nothing is invented", "[llm][text_calls]") {
  for (const char* answer :
       {R"(<tool_call>{'name': 'repo_status', 'arguments': {'repo': 'demo'}}</tool_call>)",
        R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo",},}</tool_call>)",
        R"(<tool_call>{"name":"repo_status","arguments":{"repo":"demo")"}) {
    INFO(answer);
    const auto found = search(answer);
    REQUIRE(found.calls.size() == 1);
    CHECK(found.calls[0].arguments_json == R"({"repo":"demo"})");
    CHECK(found.calls[0].repaired);
  }
}

TEST_CASE("a call that stands in a tool result is a quotation", "[llm][text_calls]") {
  const std::string call = R"({"name":"repo_status","arguments":{"repo":"demo"}})";
  const std::string file
      = json{{"content", "To see it, write\n<tool_call>" + call + "</tool_call>\n"}}.dump();
  const auto quoted = search("<tool_call>" + call + "</tool_call>", {file});
  CHECK(quoted.calls.empty());
  CHECK(quoted.quoted == 1);
  CHECK(search(call, {file}).quoted == 1);
  CHECK(search(R"(<tool_call>{ "name" : "repo_status", "arguments": {"repo":"demo"} }</tool_call>)",
               {file})
            .quoted
        == 1);
  CHECK(search(R"(repo_status("demo"))", {R"({"content":"run repo_status(\"demo\") now"})"}).quoted
        == 1);
  CHECK(search(R"(repo_status("other"))", {file}).calls.size() == 1);
}

TEST_CASE("long and hostile texts cost little", "[llm][text_calls]") {
  const auto repeated = [](std::string_view s) {
    std::string out;
    while (out.size() + s.size() <= text_call_bytes_max)
      out += s;
    return out;
  };
  for (const char* piece : {"<tool_call>{", "<tool_call>", "<function=repo_list><parameter=x>",
                            "[TOOL_CALLS][", "{", "[", "(", "<tool_call>repo_status<arg_key>",
                            "<|channel|>commentary to=functions.repo_list ", "'\"\\"}) {
    const auto began = std::chrono::steady_clock::now();
    search(repeated(piece));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{2});
  }
  CHECK(search(std::string(text_call_bytes_max + 1, ' ') + "repo_list()").calls.empty());
}

TEST_CASE("no half of a call is shown while an answer streams", "[llm][text_calls]") {
  const auto shown = [](std::string_view answer) {
    call_holdback x{tools};
    std::string out;
    for (const char c : answer)
      out += x.feed({&c, 1});
    return out;
  };
  CHECK(shown("plain words, 1 < 2") == "plain words, 1 < 2");
  CHECK(shown("I look. <tool_call>{\"name\"") == "I look. ");
  CHECK(shown("a [TOOL_CALLS]x") == "a ");
  CHECK(shown("{\"name\":") == "");
  CHECK(shown("```json\n{") == "");
  CHECK(shown("repo_status(\"demo\")") == "");
  CHECK(shown("repo_status tells") == "repo_status tells");
}
