#include "apps/runner_config.hpp"
#include "llm/tool_registry.hpp"
#include "test/support/catch.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace claw;
using namespace std::chrono_literals;

namespace {

using environment = std::map<std::string, std::string>;

constexpr const char* token = "worker-secret-1";

/// @param env besides WORKER_TOKEN; an empty value takes a variable away
config_outcome read(environment env) {
  env.try_emplace("WORKER_TOKEN", token);
  return read_config(runner_table(), {{},
                                      [env](const char* key) -> std::optional<std::string> {
                                        const auto i = env.find(key);
                                        return i == env.end() ? std::nullopt : std::optional{i->second};
                                      },
                                      [](const std::string&) { return std::nullopt; }});
}

runner_settings good(const environment& env = {}) {
  const auto x = read(env);
  REQUIRE(std::holds_alternative<config>(x));
  auto settings = runner_settings_of(std::get<config>(x));
  REQUIRE(settings);
  return *settings;
}

/// What the operator reads, without the program's name.
std::vector<std::string> problems(const environment& env) {
  const auto x = read(env);
  REQUIRE(std::holds_alternative<config_exit>(x));
  const auto& end = std::get<config_exit>(x);
  CHECK(end.code == 78);
  std::vector<std::string> lines;
  for (auto rest = std::string_view{end.text}; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
    const auto line = rest.substr(0, rest.find('\n'));
    constexpr std::string_view program = "openclaw-runner: ";
    REQUIRE(line.starts_with(program));
    lines.emplace_back(line.substr(program.size()));
  }
  return lines;
}

struct bad_value {
  const char* key;
  std::string value;
  const char* sentence; ///< its beginning
};

/// Every key that can have a bad value, with all kinds of them.
std::vector<bad_value> bad_values() {
  return {
      {"BROKER_URL", "broker:8000", "BROKER_URL: must begin with http:// or https://"},
      {"BROKER_URL", "http://", "BROKER_URL"},
      {"BROKER_URL", "http://user:password@host", "BROKER_URL"},
      {"WORKER_TOKEN", "two words", "WORKER_TOKEN must be printable ASCII without blanks"},
      {"WORKER_TOKEN", "", "WORKER_TOKEN is required"},
      {"WORKER_ID", std::string(256, 'w'), "WORKER_ID must be at most"},
      {"WORKER_ID", "a\tb", "WORKER_ID must be at most"},
      {"WORKER_CAPS", "a\x1b[2J", "WORKER_CAPS must be at most"},
      {"LLM_CAP", "llm:\x7f", "WORKER_CAPS must be at most"},
      {"WORKER_SLOTS", "0", "WORKER_SLOTS: must be at least 1"},
      {"WORKER_SLOTS", "65", "WORKER_SLOTS: must be at most 64"},
      {"RUNNER_STATE_DIR", "state", "RUNNER_STATE_DIR must be an absolute path"},
      {"POLL_INTERVAL_SEC", "0", "POLL_INTERVAL_SEC: must be at least 1"},
      {"POLL_INTERVAL_SEC", "3601", "POLL_INTERVAL_SEC: must be at most 3600"},
      {"RESULT_TIMEOUT_SEC", "5m", "RESULT_TIMEOUT_SEC: '5m' is no whole number"},
      {"RESULT_TIMEOUT_SEC", "86401", "RESULT_TIMEOUT_SEC: must be at most 86400"},
      {"RUNNER_REPOS_BASE", "../repos", "RUNNER_REPOS_BASE must be an absolute path"},
      {"RUNNER_CMD_TIMEOUT_SECONDS", "-1", "RUNNER_CMD_TIMEOUT_SECONDS: must be at least 1"},
      {"RUNNER_MAX_OUTPUT_BYTES", "99", "RUNNER_MAX_OUTPUT_BYTES: must be at least 100"},
      {"RUNNER_MAX_FILE_BYTES", "1e6", "RUNNER_MAX_FILE_BYTES: '1e6' is no whole number"},
      {"RUNNER_MAX_LINES", "1000001", "RUNNER_MAX_LINES: must be at most 1000000"},
      {"LLM_PROVIDER", "anthropic", "LLM_PROVIDER must be openai_compat"},
      {"LLM_BASE_URL", "localhost:8080", "LLM_BASE_URL: must begin with http:// or https://"},
      {"LLM_BASE_URL", "http://:80", "LLM_BASE_URL"},
      {"LLM_API_KEY", "a\rb", "LLM_API_KEY must not contain control characters"},
      {"LLM_MAX_REQUESTS", "0", "LLM_MAX_REQUESTS: must be at least 1"},
      {"LLM_TOOL_MODE", "magic", "LLM_TOOL_MODE must be auto, native, text, json or prompt"},
      {"RUNNER_TRANSCRIPTS_MAX_BYTES", "-1", "RUNNER_TRANSCRIPTS_MAX_BYTES: must be"},
      {"LLM_CONTEXT_TOKENS", "511", "LLM_CONTEXT_TOKENS: must be at least 512"},
      {"LLM_TEMPERATURE", "2.5", "LLM_TEMPERATURE must be 0 to 2"},
      {"LLM_TEMPERATURE", "-0.1", "LLM_TEMPERATURE must be 0 to 2"},
      {"LLM_TEMPERATURE", "nan", "LLM_TEMPERATURE: 'nan' is no number"},
      {"LLM_MAX_TOKENS", "0", "LLM_MAX_TOKENS: must be at least 1"},
      {"LLM_TOOL_LOOP_MAX_STEPS", "101", "LLM_TOOL_LOOP_MAX_STEPS: must be at most 100"},
      {"LLM_ALLOWED_TOOLS", "repo_list,rm", "LLM_ALLOWED_TOOLS names a tool that does not exist: rm"},
      {"LLM_MAX_OUTPUT_BYTES", "4000001", "LLM_MAX_OUTPUT_BYTES: must be at most 4000000"},
      {"LLM_MAX_TOOL_ARG_BYTES", "1", "LLM_MAX_TOOL_ARG_BYTES: must be at least 2"},
  };
}

} // namespace

TEST_CASE("a runner needs nothing but its token", "[runner_config]") {
  const auto x = good();
  CHECK(x.broker.url == "http://127.0.0.1:8000");
  CHECK(x.broker.token == token);
  CHECK_FALSE(x.claims.me.worker_id.empty()); // the host's name
  CHECK(x.claims.me.version == CLAW_VERSION);
  CHECK(x.claims.me.caps.names() == std::vector<std::string>{"repo_tools"});
  CHECK(x.claims.slots == 1);
  CHECK(x.claims.poll_interval == 10s);
  CHECK(x.job_time_max == 300s);
  CHECK(x.state_dir == "/var/lib/openclaw-runner/state");
  CHECK(x.repos.base.empty());
  CHECK(x.repos.allowlist == "/etc/openclaw/repos.json");
  CHECK(x.repos.state_dir == x.state_dir);
  CHECK(x.repos.limits.command_timeout == 15s);
  CHECK(x.repos.limits.output_bytes_max == 20'000);
  CHECK(x.repos.limits.file_bytes_max == 200'000);
  CHECK(x.repos.limits.lines_max == 400);
  CHECK_FALSE(x.has_model);
  CHECK(x.allowed_tools == usual_tool_names());
  CHECK(x.steps_max == 6);
  CHECK(x.tool_output_bytes_max == 65'536);
  CHECK(x.tool_argument_bytes_max == 4'096);
}

TEST_CASE("a model needs an address and a name", "[runner_config]") {
  const environment address{{"LLM_BASE_URL", "http://127.0.0.1:8080"}};
  CHECK_FALSE(good(address).has_model);
  CHECK_FALSE(good({{"LLM_MODEL", "m"}}).has_model);
  auto both = address;
  both["LLM_MODEL"] = "m";
  const auto x = good(both);
  CHECK(x.has_model);
  CHECK(x.model.base_url == "http://127.0.0.1:8080");
  CHECK(x.model.model == "m");
  CHECK(x.model.api_key.empty());
  CHECK(x.model.temperature == 0.2);
  CHECK(x.model.answer_tokens_max == 4'096);
  CHECK(x.model.context_tokens == 0); // the endpoint is asked
}

TEST_CASE("every key is taken from its variable", "[runner_config]") {
  const auto x = good({{"BROKER_URL", "https://broker.example:8443/base"},
                       {"WORKER_ID", " box 7 "},
                       {"WORKER_CAPS", "gpu, llm:jetson ,,gpu"},
                       {"LLM_CAP", "llm:vllm"},
                       {"WORKER_SLOTS", "64"},
                       {"POLL_INTERVAL_SEC", "3600"},
                       {"RESULT_TIMEOUT_SEC", "86400"},
                       {"RUNNER_STATE_DIR", "/s"},
                       {"RUNNER_REPOS_BASE", "/r"},
                       {"RUNNER_REPO_ALLOWLIST", "/a.json"},
                       {"RUNNER_CMD_TIMEOUT_SECONDS", "1"},
                       {"RUNNER_MAX_OUTPUT_BYTES", "100"},
                       {"RUNNER_MAX_FILE_BYTES", "1"},
                       {"RUNNER_MAX_LINES", "1"},
                       {"LLM_PROVIDER", "openai_compat"},
                       {"LLM_BASE_URL", "http://127.0.0.1:1234/v1"},
                       {"LLM_API_KEY", "key"},
                       {"LLM_MODEL", "m"},
                       {"LLM_CONTEXT_TOKENS", "512"},
                       {"LLM_TEMPERATURE", "2"},
                       {"LLM_MAX_TOKENS", "1000000"},
                       {"LLM_TOOL_LOOP_MAX_STEPS", "100"},
                       {"LLM_ALLOWED_TOOLS", "repo_grep , repo_list"},
                       {"LLM_MAX_OUTPUT_BYTES", "4000000"},
                       {"LLM_MAX_TOOL_ARG_BYTES", "2"}});
  CHECK(x.broker.url == "https://broker.example:8443/base");
  CHECK(x.claims.me.worker_id == "box 7");
  CHECK(x.claims.me.caps.names() == std::vector<std::string>{"gpu", "llm:jetson", "llm:vllm", "repo_tools"});
  CHECK(x.claims.slots == 64);
  CHECK(x.claims.poll_interval == 3'600s);
  CHECK(x.job_time_max == 86'400s);
  CHECK(x.state_dir == "/s");
  CHECK(x.repos.base == "/r");
  CHECK(x.repos.allowlist == "/a.json");
  CHECK(x.repos.limits.command_timeout == 1s);
  CHECK(x.repos.limits.output_bytes_max == 100);
  CHECK(x.repos.limits.file_bytes_max == 1);
  CHECK(x.repos.limits.lines_max == 1);
  CHECK(x.model.api_key == "key");
  CHECK(x.model.context_tokens == 512);
  CHECK(x.model.temperature == 2.0);
  CHECK(x.model.answer_tokens_max == 1'000'000);
  CHECK(x.steps_max == 100);
  CHECK(x.allowed_tools == std::vector<std::string>{"repo_grep", "repo_list"});
  CHECK(x.tool_output_bytes_max == 4'000'000);
  CHECK(x.tool_argument_bytes_max == 2);
  CHECK(x.secrets == std::vector<std::string>{"key", token});
}

TEST_CASE("every bad value is told in one sentence that names its key", "[runner_config]") {
  for (const auto& [key, value, sentence] : bad_values()) {
    INFO(key << "=" << value);
    const auto told = problems({{key, value}});
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with(sentence));
  }
}

TEST_CASE("all problems are told at once", "[runner_config]") {
  environment env;
  std::map<std::string, const char*> wanted;
  for (const auto& [key, value, sentence] : bad_values())
    if (env.emplace(key, value).second)
      wanted[key] = sentence;
  const auto told = problems(env);
  for (const auto& [key, sentence] : wanted) {
    INFO(key);
    CHECK(std::count_if(told.begin(), told.end(), [s = sentence](const auto& x) { return x.starts_with(s); }) == 1);
  }
  CHECK(told.size() == wanted.size() - 1); // WORKER_CAPS and LLM_CAP share a sentence
}

TEST_CASE("no key can be bad without a test that says how", "[runner_config]") {
  std::set<std::string> open{"RUNNER_REPO_ALLOWLIST", "RUNNER_METRICS_FILE", "LLM_MODEL"}; // any text is good
  for (const auto& x : bad_values())
    open.insert(x.key);
  std::set<std::string> known;
  for (const auto& row : runner_table().rows)
    known.insert(row.env);
  CHECK(open == known);
}

TEST_CASE("a secret that is bad is not repeated", "[runner_config]") {
  for (const auto& [key, value] : environment{{"WORKER_TOKEN", "two secret words"}, {"LLM_API_KEY", "secret\nkey"}})
    for (const auto& line : problems({{key, value}}))
      CHECK(line.find("secret") == std::string::npos);
}
