#include "llm/task_codec.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const json_task_codec codec{{"repo_list", "repo_grep"}};

} // namespace

TEST_CASE("a payload is read with all its fields", "[llm][codec]") {
  const auto x = codec.parse(
      R"({"prompt":"p","tools":["repo_list"],"repo_context":{"repo":"r","path_hint":"h"},"max_steps":3,)"
      R"("preferred":"llm:vllm","unknown":1})");
  REQUIRE(x);
  CHECK(x->prompt == "p");
  CHECK(x->tools == std::vector<std::string>{"repo_list"});
  CHECK(x->context_repo == "r");
  CHECK(x->context_path_hint == "h");
  CHECK(x->max_steps == 3u);
  CHECK(x->preferred == "llm:vllm");
  const auto least = codec.parse(R"({"prompt":"p"})");
  REQUIRE(least);
  CHECK_FALSE(least->tools);
  CHECK_FALSE(least->max_steps);
  CHECK(codec.parse(R"({"prompt":"p","tools":[]})")->tools->empty());
  CHECK_FALSE(codec.parse(R"({"prompt":"p","tools":null})")->tools);
}

TEST_CASE("a wrong payload is refused in the documented words", "[llm][codec]") {
  struct row {
    const char* payload;
    const char* why;
  };
  for (const auto& x : std::vector<row>{
           {"", "llm_task payload must be valid JSON"},
           {"{", "llm_task payload must be valid JSON"},
           {"words", "llm_task payload must be valid JSON"},
           {"{}", "llm_task payload must include prompt"},
           {"[]", "llm_task payload must include prompt"},
           {"\"p\"", "llm_task payload must include prompt"},
           {R"({"prompt":""})", "llm_task payload must include prompt"},
           {R"({"prompt":" \n"})", "llm_task payload must include prompt"},
           {R"({"prompt":7})", "llm_task payload must include prompt"},
           {R"({"prompt":"p","tools":["rm"]})",
            "llm_task tools must be subset of LLM_ALLOWED_TOOLS"},
           {R"({"prompt":"p","tools":"repo_list"})",
            "llm_task tools must be subset of LLM_ALLOWED_TOOLS"},
           {R"({"prompt":"p","tools":[1]})", "llm_task tools must be subset of LLM_ALLOWED_TOOLS"},
           {R"({"prompt":"p","max_steps":0})", "llm_task max_steps must be a whole number above 0"},
           {R"({"prompt":"p","max_steps":-1})",
            "llm_task max_steps must be a whole number above 0"},
           {R"({"prompt":"p","repo_context":3})", "llm_task repo_context must be an object"},
       }) {
    INFO(x.payload);
    const auto out = codec.parse(x.payload);
    REQUIRE_FALSE(out);
    CHECK(out.error() == failure{ec::bad_shape, x.why});
  }
}

TEST_CASE("a result has the envelope's keys", "[llm][codec]") {
  llm_report x;
  x.final_text = "done \xFF";
  x.calls = {{"repo_list", "{}", true, "out"}, {"repo_grep", "{no", false, "bad"}};
  x.model = "m";
  x.worker_id = "w";
  x.safety_reason = "stuck";
  x.max_steps_reached = true;
  x.steps = 2;
  x.prompt_tokens = 10;
  x.completion_tokens = 5;
  x.duration = 1500ms;
  const auto out = json::parse(codec.render(x));
  CHECK(out["final"] == "done \uFFFD");
  CHECK(out["tool_calls"][0]
        == json{{"name", "repo_list"},
                {"args", json::object()},
                {"status", "ok"},
                {"truncated_output", "out"}});
  CHECK(out["tool_calls"][1]["args"] == "{no");
  CHECK(out["tool_calls"][1]["status"] == "error");
  CHECK(out["model"] == "m");
  CHECK(out["worker_id"] == "w");
  CHECK(out["safety"]["reason"] == "stuck");
  CHECK(out["safety"]["truncations"] == 0);
  CHECK(out["safety"]["max_steps_reached"] == true);
  CHECK(out["usage"]["completion_tokens"] == 5);
  CHECK(out["steps"] == 2);
  CHECK(out["duration_ms"] == 1500);
}

TEST_CASE("no escape hides a secret in the arguments of a call", "[llm][codec]") {
  const json_task_codec careful{{}, redactor{{"canary-0123456789"}}};
  const auto args_of = [&](const std::string& arguments) {
    return json::parse(careful.tool_started({"aaaaaaaaa", "repo_grep", arguments, false}, 1))["args"];
  };
  CHECK(args_of(R"({"query":"a \u0063anary\u002d0123456789"})") == json{{"query", "a ***"}});
  CHECK(args_of(R"({"x":[{"canary-012345678\u0039":["canary-0123456789",7,null]}]})")
        == json::parse(R"({"x":[{"***":["***",7,null]}]})"));
  CHECK(args_of("not canary-0123456789 json") == "not *** json");
  CHECK(args_of(R"({"query":"\u0061 harmless one"})") == json{{"query", "a harmless one"}});
  llm_report report;
  report.calls = {{"repo_grep", R"({"query":"\u0063anary-0123456789"})", true, ""}};
  CHECK(careful.render(report).find("canary") == std::string::npos);
}

TEST_CASE("progress is told as events", "[llm][codec]") {
  const tool_call call{"aaaaaaaaa", "repo_grep", R"({"query":"x"})", false};
  const auto began = json::parse(codec.tool_started(call, 2));
  CHECK(began["name"] == "repo_grep");
  CHECK(began["args"]["query"] == "x");
  tool_result bad;
  bad.error = "repo not allowlisted";
  const auto over = json::parse(codec.tool_ended(call, 2, bad, 7ms));
  CHECK(over["status"] == "error");
  CHECK(over["error"] == "repo not allowlisted");
  CHECK(over["ms"] == 7);
  const auto list = json::parse(codec.events({{"delta", codec.text_delta("a\"b")},
                                              {"status", codec.status("thinking", "")},
                                              {"x", "no json"}}));
  CHECK(list[0] == json{{"type", "delta"}, {"data", {{"text", "a\"b"}}}});
  CHECK(list[1]["data"] == json{{"status", "thinking"}});
  CHECK(list[2]["data"] == json::object());
}

TEST_CASE("a secret at the beginning of a line of a file does not leave in a result", "[llm][codec][redaction]") {
  const auto begun = [](std::string prefix, char fill, std::size_t count) { return prefix + std::string(count, fill); };
  const std::string key_line(64, 'M');
  for (const auto& secret :
       std::vector<std::string>{begun("ghp_", 'a', 36), begun("AKIA", 'Q', 16), begun("glpat-", 'x', 20),
                                "DB_PASSWORD=correcthorsebattery", "token=f00dfacef00d"}) {
    for (const std::string before : {"first line\n", "a\tb\t", "\r\n", ""}) {
      const auto result = json{{"ok", true}, {"data", {{"content", before + secret + "\nlast line"}}}}.dump();
      const auto shown = codec.redacted(result);
      INFO(shown);
      CHECK(shown.find(secret.substr(secret.find('=') + 1)) == std::string::npos);
      CHECK(json::parse(shown)["data"]["content"].get<std::string>().ends_with("***\nlast line"));
    }
  }
  const std::string begin = "-----BEGIN RSA PRIVATE KEY-----\n"; // the range that was read ends inside the key
  const auto cut = codec.redacted(json{{"data", {{"content", "a\n" + begin + key_line}}}, {"error", nullptr}}.dump());
  CHECK(json::parse(cut)["data"]["content"] == "a\n***");
  CHECK(codec.redacted("pong: plain words") == "pong: plain words");
}
