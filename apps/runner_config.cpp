#include "apps/runner_config.hpp"

#include "actors/domain/limits.hpp"
#include "llm/base_url.hpp"
#include "llm/tool_registry.hpp"
#include "net/http_url.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace claw {

namespace {

using unit = config_unit;

constexpr config_row rows[] = {
    {"BROKER_URL", "http://127.0.0.1:8000", unit::url, false, "Where the broker is."},
    {"WORKER_TOKEN", nullptr, unit::text, true, "The broker's token for workers; required."},
    {"WORKER_ID", nullptr, unit::text, false,
     "The name of this worker; the host's name when unset."},
    {"WORKER_CAPS", nullptr, unit::list, false,
     "What this worker can do; repo_tools is always added."},
    {"WORKER_SLOTS", "1", unit::count, false, "Jobs at once.", 1, 64},
    {"LLM_CAP", nullptr, unit::text, false,
     "The cap of this worker's model, e.g. llm:vllm; added to WORKER_CAPS."},
    {"RUNNER_STATE_DIR", "/var/lib/openclaw-runner/state", unit::path, false,
     "Folder for plans, undelivered results, transcripts and shadow git folders; made with mode 0700."},
    {"RUNNER_TRANSCRIPTS_MAX_BYTES", "268435456", unit::bytes, false,
     "Room for the transcripts of llm_task jobs in RUNNER_STATE_DIR; the oldest go first. 0 keeps none.", 0,
     1'000'000'000'000},
    {"RUNNER_METRICS_FILE", nullptr, unit::path, false,
     "A file in which figures about the model are kept up to date for Prometheus (node_exporter's textfile collector "
     "wants a name that ends in .prom); none when unset."},
    {"POLL_INTERVAL_SEC", "10", unit::seconds, false,
     "Pause between two claims at a broker that cannot hold a claim.", 1, 3600},
    {"RESULT_TIMEOUT_SEC", "300", unit::seconds, false,
     "The whole time that one job may take here.", 1, 86'400},
    {"RUNNER_REPOS_BASE", nullptr, unit::path, false,
     "Folder that contains every repository of the allowlist; without it there are none."},
    {"RUNNER_REPO_ALLOWLIST", "/etc/openclaw/repos.json", unit::path, false,
     "JSON object of repository name to path; repos.json in RUNNER_STATE_DIR where it does not "
     "exist."},
    {"RUNNER_CMD_TIMEOUT_SECONDS", "15", unit::seconds, false, "Time limit of one git or rg.", 1,
     3600},
    {"RUNNER_MAX_OUTPUT_BYTES", "20000", unit::bytes, false, "Limit of one command's output.", 100,
     4'000'000},
    {"RUNNER_MAX_FILE_BYTES", "200000", unit::bytes, false, "Larger files are not read.", 1,
     1'000'000'000},
    {"RUNNER_MAX_LINES", "400", unit::count, false, "Limit of lines of one repo_readfile.", 1,
     1'000'000},
    {"LLM_PROVIDER", "openai_compat", unit::text, false,
     "The kind of endpoint; openai_compat is the only one."},
    {"LLM_BASE_URL", nullptr, unit::url, false,
     "An OpenAI-compatible endpoint; without it llm_task jobs fail."},
    {"LLM_API_KEY", nullptr, unit::text, true, "Its key, where it wants one."},
    {"LLM_MODEL", nullptr, unit::text, false, "The name of the model."},
    {"LLM_CONTEXT_TOKENS", nullptr, unit::count, false,
     "The model's context; when unset the endpoint is asked.", 512, 10'000'000},
    {"LLM_TOOL_MODE", "auto", unit::text, false,
     "How the model is told of tools: native, text, json (held to a schema) or prompt (JSON by request alone); auto "
     "finds out."},
    {"LLM_MAX_REQUESTS", "1", unit::count, false,
     "Requests to the model at a time; those of further jobs wait for their turn.", 1, 64},
    {"LLM_TEMPERATURE", "0.2", unit::number, false, "Sampling temperature, 0 to 2."},
    {"LLM_MAX_TOKENS", "4096", unit::count, false, "Longest answer of the model.", 1, 1'000'000},
    {"LLM_TOOL_LOOP_MAX_STEPS", "6", unit::count, false, "Rounds of tool calls in one job.", 1,
     100},
    {"LLM_ALLOWED_TOOLS", nullptr, unit::list, false,
     "The tools that a model may call; when unset repo_list, repo_status, repo_last_commit, repo_grep, "
     "repo_readfile, plan_echo and approve_echo. Only when named: repo_log, repo_diff, repo_show, repo_blame, "
     "repo_tree; all of them: all."},
    {"LLM_MAX_OUTPUT_BYTES", "65536", unit::bytes, false,
     "Limit of one tool's answer to the model.", 100, 4'000'000},
    {"LLM_MAX_TOOL_ARG_BYTES", "4096", unit::bytes, false, "Limit of one tool call's arguments.", 2,
     1'000'000},
};

/// Collects one sentence a problem.
class problems {
public:
  void add(std::string sentence) { all_ += (all_.empty() ? "" : "\n") + std::move(sentence); }
  bool none() const { return all_.empty(); }
  failure as_failure() const { return {ec::bad_config, all_}; }

private:
  std::string all_;
};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return "worker";
  return name.data();
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::size_t size_at(const config& values, const char* key) {
  return static_cast<std::size_t>(values.integer(key));
}

void read_broker(const config& values, runner_settings& x, problems& bad) {
  x.broker = {values.text("BROKER_URL"), values.text("WORKER_TOKEN")};
  const auto url = parse_http_url("BROKER_URL", x.broker.url);
  if (!url)
    bad.add(url.error().why);
  const auto any_url = url ? url->base : "http://localhost"; // a bad one must not hide a bad token
  if (!values.has("WORKER_TOKEN"))
    bad.add("WORKER_TOKEN is required");
  else if (const auto client = make_worker_client({any_url, x.broker.token}); !client)
    bad.add(client.error().why);
}

void read_identity(const config& values, runner_settings& x, problems& bad) {
  auto& me = x.claims.me;
  me.worker_id = values.has("WORKER_ID") ? values.text("WORKER_ID") : host_name();
  me.version = CLAW_VERSION;
  me.caps = worker_caps(values.list("WORKER_CAPS"), values.text("LLM_CAP"));
  if (!is_plain(me.worker_id) || me.worker_id.size() > limits::worker_id_bytes_max)
    bad.add("WORKER_ID must be at most " + std::to_string(limits::worker_id_bytes_max)
            + " bytes without control characters");
  if (!is_plain(to_string(me.caps)) || me.caps.size() > limits::worker_caps_max)
    bad.add("WORKER_CAPS must be at most " + std::to_string(limits::worker_caps_max)
            + " names without control characters");
  x.claims.slots = static_cast<uint32_t>(values.integer("WORKER_SLOTS"));
  x.claims.poll_interval = std::chrono::seconds{values.integer("POLL_INTERVAL_SEC")};
  x.job_time_max = std::chrono::seconds{values.integer("RESULT_TIMEOUT_SEC")};
}

void read_repos(const config& values, runner_settings& x, problems& bad) {
  x.state_dir = values.text("RUNNER_STATE_DIR");
  if (!x.state_dir.starts_with('/'))
    bad.add("RUNNER_STATE_DIR must be an absolute path");
  x.metrics_file = values.text("RUNNER_METRICS_FILE");
  x.transcripts_bytes_max = static_cast<uint64_t>(values.integer("RUNNER_TRANSCRIPTS_MAX_BYTES"));
  x.repos.base = values.text("RUNNER_REPOS_BASE");
  if (!x.repos.base.empty() && !x.repos.base.starts_with('/'))
    bad.add("RUNNER_REPOS_BASE must be an absolute path");
  x.repos.allowlist = values.text("RUNNER_REPO_ALLOWLIST");
  x.repos.state_dir = x.state_dir;
  auto& most = x.repos.limits;
  most.command_timeout = std::chrono::seconds{values.integer("RUNNER_CMD_TIMEOUT_SECONDS")};
  most.output_bytes_max = size_at(values, "RUNNER_MAX_OUTPUT_BYTES");
  most.file_bytes_max = size_at(values, "RUNNER_MAX_FILE_BYTES");
  most.lines_max = values.integer("RUNNER_MAX_LINES");
}

void read_tools(const config& values, runner_settings& x, problems& bad) {
  const auto& all = all_tool_names();
  x.allowed_tools = values.list("LLM_ALLOWED_TOOLS");
  if (x.allowed_tools == std::vector<std::string>{"all"})
    x.allowed_tools = all;
  for (const auto& name : x.allowed_tools)
    if (std::find(all.begin(), all.end(), name) == all.end())
      bad.add("LLM_ALLOWED_TOOLS names a tool that does not exist: " + name);
  if (x.allowed_tools.empty())
    x.allowed_tools = usual_tool_names();
  x.steps_max = static_cast<uint32_t>(values.integer("LLM_TOOL_LOOP_MAX_STEPS"));
  x.tool_output_bytes_max = size_at(values, "LLM_MAX_OUTPUT_BYTES");
  x.tool_argument_bytes_max = size_at(values, "LLM_MAX_TOOL_ARG_BYTES");
}

void read_model(const config& values, runner_settings& x, problems& bad) {
  if (values.text("LLM_PROVIDER") != "openai_compat")
    bad.add("LLM_PROVIDER must be openai_compat");
  const auto temperature = values.number("LLM_TEMPERATURE");
  if (!(temperature >= 0 && temperature <= 2))
    bad.add("LLM_TEMPERATURE must be 0 to 2");
  if (const auto mode = values.text("LLM_TOOL_MODE"); mode != "auto" && !tool_mode_from(mode))
    bad.add("LLM_TOOL_MODE must be auto, native, text, json or prompt");
  const auto key = values.text("LLM_API_KEY");
  if (!is_plain(key))
    bad.add("LLM_API_KEY must not contain control characters");
  if (!values.has("LLM_BASE_URL"))
    return;
  const auto given = values.text("LLM_BASE_URL");
  if (const auto url = parse_http_url("LLM_BASE_URL", given); !url)
    bad.add(url.error().why);
  else if (const auto normal = normalised_base_url(given); !normal)
    bad.add("LLM_BASE_URL: " + normal.error().why);
  x.has_model = values.has("LLM_MODEL");
  x.model.base_url = given;
  x.model.api_key = key;
  x.model.model = values.text("LLM_MODEL");
  x.model.temperature = temperature;
  x.model.mode = tool_mode_from(values.text("LLM_TOOL_MODE"));
  x.model_requests_max = static_cast<uint32_t>(values.integer("LLM_MAX_REQUESTS"));
  x.model.answer_tokens_max = static_cast<uint32_t>(values.integer("LLM_MAX_TOKENS"));
  x.model.context_tokens
      = static_cast<uint32_t>(values.maybe_integer("LLM_CONTEXT_TOKENS").value_or(0));
}

} // namespace

const config_table& runner_table() {
  static constexpr config_table table{
      "openclaw-runner", "Claims jobs from a broker and does them on this machine.", rows,
      [](const config& values) {
        const auto settings = runner_settings_of(values);
        return settings ? std::string{} : settings.error().why;
      }};
  return table;
}

caps worker_caps(const std::vector<std::string>& worker_caps_list, const std::string& llm_cap) {
  auto names = worker_caps_list;
  names.push_back(llm_cap);
  names.emplace_back("repo_tools");
  return caps{std::move(names)};
}

outcome<runner_settings> runner_settings_of(const config& values) {
  runner_settings x;
  problems bad;
  x.secrets = values.secrets();
  read_broker(values, x, bad);
  read_identity(values, x, bad);
  read_repos(values, x, bad);
  read_tools(values, x, bad);
  read_model(values, x, bad);
  if (!bad.none())
    return bad.as_failure();
  return x;
}

} // namespace claw
