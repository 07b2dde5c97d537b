#include "apps/cli/cli_options.hpp"

#include "actors/domain/ascii.hpp"
#include "apps/cli/cli_exit.hpp"
#include "apps/config_text.hpp"
#include "net/bounded_json.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <charconv>
#include <map>

namespace claw {

namespace {

constexpr const char* examples = R"(
Examples:
  openclaw ask "Which repos do you know?"         ask a model that may look into the repos
  openclaw ask "vllm: Search for LEASE_SECONDS"   ask one certain model
  openclaw run "grep my-repo \"two words\" src"     any line of the command language
  openclaw chat                                   the same, line after line
  openclaw jobs                                   what was asked lately
  openclaw status 0191d3f0-...                    how a job stands, with its answer
  openclaw events 0191d3f0-...                    follows what happens to a job
  openclaw trace 0191d3f0-... --log runner.log    a job's whole life as a time line; --chrome FILE for a viewer
  openclaw ask --json "hi" | jq -r .answer        for scripts
  openclaw token create --role worker --name jetson --worker-id jetson-1 --expires 90d
  openclaw doctor --env-file runner.env           what is wrong with a runner, and what to change
  openclaw smoke --report report.md               the rows of the runbook on a live system with two models
  openclaw inspect --at 127.0.0.1:8010            the live actors of a running program; watch, actor, events
  openclaw backup /backup/monday                  the store as it is now; verify, restore
  openclaw export jobs.jsonl                      all jobs as JSON lines; import, import-old broker.db

Settings: BROKER_URL (http://127.0.0.1:8000) and BOT_TOKEN, and BROKER_DB for what works on the store itself, from
the environment or from an env file (--env-file, OPENCLAW_ENV, ./.openclaw/cli.env, ~/.config/openclaw/env). A token
is never a flag. openclaw token uses ADMIN_TOKEN where it is set. openclaw inspect takes INSPECT_AT (127.0.0.1:8010) and
INSPECT_CERTS (~/.config/openclaw/inspect).

While it waits: Ctrl-C leaves after three seconds and the job goes on; Ctrl-C again cancels the job.

Exit codes: 0 answered, 1 the job failed, 2 the broker said no, 3 broker unreachable, 4 token refused,
5 still running when the time was up, 64 wrong usage, 74 the answer could not be written, 78 wrong configuration,
130 interrupted.
)";

struct raw_options {
  std::vector<std::string> words;
  std::string job;
  std::string broker;
  std::string env_file;
  long timeout = 600;
  std::string token_caps;
  std::string token_life;
  cli_options chosen;
};

/// `90d`, `12h`, `30m`; nothing for what is no such time.
std::optional<std::chrono::seconds> life_of(std::string_view text) {
  constexpr long years_max = 100;
  long count = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, count);
  if (read.ec != std::errc{} || read.ptr + 1 != end || count < 1)
    return std::nullopt;
  const long unit = *read.ptr == 'd' ? 86'400 : *read.ptr == 'h' ? 3'600 : *read.ptr == 'm' ? 60 : 0;
  if (unit == 0 || count > years_max * 366 * 86'400 / unit)
    return std::nullopt;
  return std::chrono::seconds{count * unit};
}

void add_token_create(CLI::App& token, raw_options& raw) {
  auto* create = token.add_subcommand("create", "Make a token; it is printed this once");
  auto& wanted = raw.chosen.token.wanted;
  create->add_option("--role", wanted.role, "bot, worker, admin or read-only")
      ->required()
      ->check(CLI::IsMember({"bot", "worker", "admin", "read-only"}));
  create
      ->add_option("--name", wanted.name,
                   "Whose it is; a second token of the same name is for rotation")
      ->required();
  create->add_option("--worker-id", wanted.worker_id, "The only WORKER_ID that may use it");
  create->add_option("--caps", raw.token_caps, "The most caps that its worker may claim with")
      ->option_text("A,B,...");
  create->add_option("--expires", raw.token_life, "How long it is good, e.g. 90d, 12h or 30m")
      ->check([](const std::string& text) {
        return life_of(text) ? std::string{} : "must be a time such as 90d, 12h or 30m";
      });
  create->callback([&raw, create] {
    raw.chosen.token.verb = token_verb::create;
    if (create->count("--caps") > 0)
      raw.chosen.token.wanted.caps = caps::from_list(raw.token_caps).names();
    raw.chosen.token.life = life_of(raw.token_life);
  });
}

void add_token_verbs(CLI::App& app, raw_options& raw) {
  auto* token = app.add_subcommand("token", "Make, list and revoke tokens of single clients");
  token->require_subcommand(1);
  token->fallthrough();
  token->callback([&raw] { raw.chosen.action = cli_action::token; });
  add_token_create(*token, raw);
  token->add_subcommand("list", "All of them, without their secrets")->callback([&raw] {
    raw.chosen.token.verb = token_verb::list;
  });
  auto* revoke = token->add_subcommand("revoke", "Refuse a token from now on, and take back its jobs");
  revoke->add_option("kid", raw.chosen.token.wanted.kid, "The token's name: what is before its dot")
      ->required();
  revoke->callback([&raw] { raw.chosen.token.verb = token_verb::revoke; });
}

void add_job_verb(CLI::App& app, raw_options& raw, const std::string& name,
                  const std::string& help) {
  auto* verb = app.add_subcommand(name, help);
  verb->add_option("job", raw.job, "The job's id")->required();
  verb->callback([&raw, name] { raw.chosen.line = name + " " + raw.job; });
}

void add_trace(CLI::App& app, raw_options& raw) {
  auto* trace = app.add_subcommand("trace", "A job's whole life as a time line, across all nodes");
  auto& task = raw.chosen.trace;
  trace->add_option("job", task.job_id, "The job's id")->required();
  trace->add_option("--log", task.logs, "A log of broker, runner or bot to look into besides; may be given again")
      ->check(CLI::ExistingFile)
      ->allow_extra_args(false)
      ->option_text("FILE");
  trace->add_option("--chrome", task.chrome_file, "Write a new file for Perfetto or chrome://tracing, too")
      ->option_text("FILE");
  trace->callback([&raw] { raw.chosen.action = cli_action::trace; });
}

void add_verbs(CLI::App& app, raw_options& raw) {
  const auto joined = [&raw] {
    std::string line;
    for (const auto& word : raw.words)
      line += (line.empty() ? "" : " ") + word;
    return line;
  };
  auto* ask = app.add_subcommand("ask", "Ask a question; the answer goes to standard output");
  ask->add_option("text", raw.words, "The question, or - to read it from standard input")
      ->required();
  ask->callback([&raw, joined] { raw.chosen.line = "ask " + joined(); });
  auto* run = app.add_subcommand("run", "Run one line of the command language, e.g. \"repos\"");
  run->add_option("line", raw.words, "The line; `openclaw run help` lists all commands")
      ->required();
  run->callback([&raw, joined] { raw.chosen.line = joined(); });
  app.add_subcommand("chat", "Talk, line after line")->callback([&raw] {
    raw.chosen.action = cli_action::chat;
  });
  auto* status
      = app.add_subcommand("status", "State of a job, or of the broker when none is named");
  status->add_option("job", raw.job, "The job's id");
  status->callback([&raw, status] {
    if (raw.job.empty() && status->count("job") > 0) // an empty variable of a script
      throw CLI::ValidationError{"job", "is empty; name a job's id, or leave it out for the broker's state"};
    if (raw.job.empty())
      raw.chosen.action = cli_action::status;
    else
      raw.chosen.line = "status " + raw.job;
  });
  auto* events = app.add_subcommand("events", "What happened to a job; follows it to its end");
  events->add_option("job", raw.job, "The job's id")->required();
  events->callback([&raw] { raw.chosen.action = cli_action::events; });
  add_trace(app, raw);
  auto* transcript = app.add_subcommand(
      "transcript", "What happened in an llm run, from a runner's transcript; checks and replays it");
  transcript->add_option("file", raw.chosen.file, "RUNNER_STATE_DIR/transcripts/<job>.jsonl")->required();
  transcript->callback([&raw] { raw.chosen.action = cli_action::transcript; });
  app.add_subcommand("doctor", "Check a runner's set-up, from its env file (--env-file) or the environment")
      ->callback([&raw] { raw.chosen.action = cli_action::doctor; });
  add_job_verb(app, raw, "cancel", "End a job");
  add_job_verb(app, raw, "retry", "Queue a failed job again");
  auto* jobs = app.add_subcommand("jobs", "The newest jobs");
  jobs->add_option("--status", raw.chosen.status, "Only those that are queued, running, done or failed")
      ->option_text("STATUS");
  jobs->callback([&raw] { raw.chosen.line = "jobs"; });
  for (const auto& [name, help] : {std::pair{"workers", "The workers that the broker knows"},
                                   std::pair{"queue", "What waits, and for which caps"},
                                   std::pair{"whoami", "Which broker is asked, and as whom"}})
    app.add_subcommand(name, help)->callback([&raw, line = std::string{name}] {
      raw.chosen.line = line;
    });
  add_store_verbs(app, raw.chosen.store, [&raw] { raw.chosen.action = cli_action::store; });
  add_smoke_verb(app, raw.chosen.smoke, [&raw] { raw.chosen.action = cli_action::smoke; });
  add_inspect_verb(app, raw.chosen.inspect, [&raw] { raw.chosen.action = cli_action::inspect; });
}

std::optional<std::string> first_env_file(const raw_options& raw, const config_sources& sources,
                                          std::string& problem) {
  if (!raw.env_file.empty()) {
    auto content = sources.read_file(raw.env_file);
    if (!content)
      problem = "cannot read the env file " + raw.env_file + "\n";
    return content;
  }
  std::vector<std::string> places;
  if (const auto named = sources.environment("OPENCLAW_ENV"); named && !named->empty())
    places.push_back(*named);
  places.push_back(".openclaw/cli.env");
  if (const auto home = sources.environment("HOME"); home && !home->empty())
    places.push_back(*home + "/.config/openclaw/env");
  for (const auto& place : places)
    if (auto content = sources.read_file(place))
      return content;
  return std::nullopt;
}

void settle_inspection(inspect_task& x, const std::function<std::string(const char*)>& setting,
                       const std::string& home) {
  const auto settle = [](std::string& place, const std::string& configured, const std::string& fallback) {
    if (place.empty())
      place = configured.empty() ? fallback : configured;
  };
  settle(x.at, setting("INSPECT_AT"), inspect_at_fallback);
  settle(x.certificates, setting("INSPECT_CERTS"), home + "/.config/openclaw/inspect");
}

void settle_smoke(smoke_task& x, const std::function<std::string(const char*)>& setting) {
  if (auto url = setting("DISCORD_API_URL"); !url.empty())
    x.discord.url = std::move(url);
  x.discord.token = setting("SMOKE_DISCORD_TOKEN");
  x.discord.ca_file = setting("DISCORD_CA_FILE");
  x.discord_anywhere = setting("DISCORD_API_ALLOW_REMOTE") == "1";
}

/// @returns what is wrong, "" when nothing is
std::string read_settings(raw_options& raw, const config_sources& sources) {
  std::string problem;
  std::map<std::string, std::string> values;
  if (const auto content = first_env_file(raw, sources, problem))
    for (const auto& complaint : parse_env_file(*content, values))
      problem += complaint + "\n";
  const auto setting = [&](const char* env) {
    auto value = sources.environment(env).value_or("");
    return trimmed(value).empty() ? values[env] : std::string{trimmed(value)};
  };
  auto& chosen = raw.chosen;
  chosen.broker_url = raw.broker.empty() ? setting("BROKER_URL") : raw.broker;
  if (chosen.broker_url.empty())
    chosen.broker_url = "http://127.0.0.1:8000";
  chosen.bot_token = setting("BOT_TOKEN");
  chosen.admin_token = setting("ADMIN_TOKEN");
  if (chosen.admin_token.empty())
    chosen.admin_token = chosen.bot_token;
  if (chosen.store.folder.empty())
    chosen.store.folder = setting("BROKER_DB");
  if (chosen.store.folder.empty())
    chosen.store.folder = default_store_folder();
  settle_inspection(chosen.inspect, setting, sources.environment("HOME").value_or(""));
  settle_smoke(chosen.smoke, setting);
  for (const char* env :
       {"SMOKE_DISCORD_TOKEN", "BOT_TOKEN", "ADMIN_TOKEN", "WORKER_TOKEN", "DISCORD_TOKEN", "LLM_API_KEY"})
    if (auto value = setting(env); !value.empty())
      chosen.secrets.push_back(std::move(value));
  return problem;
}

/// What is wrong with the arguments. CLI11 says of an unknown verb only that there is none.
config_exit explain(const CLI::App& app, bool in_json, const CLI::ParseError& why) {
  const auto unknown = app.get_subcommands().empty() ? app.remaining() : std::vector<std::string>{};
  if (unknown.empty())
    return {cli_exit::usage, std::string{"openclaw: "} + why.what() + "\nTry openclaw --help.\n"};
  const auto& word = unknown.front();
  if (word == "help")
    return {0, in_json ? json_text({{"help", app.help()}}) + "\n" : app.help()};
  if (word.starts_with('-'))
    return {cli_exit::usage, "openclaw: there is no option " + word + ". Try openclaw --help.\n"};
  return {cli_exit::usage, "openclaw: there is no verb '" + word
                               + "'. Try openclaw --help, or, where it is a line for a worker: openclaw run \"" + word
                               + " ...\"\n"};
}

} // namespace

std::variant<cli_options, config_exit> read_cli_options(const config_sources& sources) {
  raw_options raw;
  CLI::App app{"openclaw: ask the workers of an OpenClaw Broker, and look after their jobs.",
               "openclaw"};
  app.footer(examples);
  app.set_version_flag("--version", "openclaw " CLAW_VERSION);
  app.add_flag("--json", raw.chosen.json,
               "One JSON document on standard output (events and chat: one a line)");
  app.add_flag("-q,--quiet", raw.chosen.quiet, "No progress on standard error");
  app.add_flag("--stream", raw.chosen.stream, "Show an answer's text while it is written");
  app.add_flag_callback(
      "--no-wait", [&raw] { raw.chosen.wait = false; }, "Say the job's id and end");
  app.add_option("--timeout", raw.timeout, "Seconds to wait for an answer (600; inspect: 5)")
      ->check(CLI::Range(1L, 604'800L))
      ->option_text("SECONDS");
  app.add_option("--broker", raw.broker, "The broker's address; stronger than BROKER_URL");
  app.add_option("--env-file", raw.env_file, "Where BROKER_URL and BOT_TOKEN are read from");
  app.require_subcommand(1);
  app.fallthrough();
  add_verbs(app, raw);
  add_token_verbs(app, raw);
  try {
    app.parse(std::vector<std::string>{sources.arguments.rbegin(), sources.arguments.rend()});
  } catch (const CLI::CallForHelp&) {
    return config_exit{0, app.help()};
  } catch (const CLI::CallForVersion&) {
    return config_exit{0, "openclaw " CLAW_VERSION "\n"};
  } catch (const CLI::ParseError& why) {
    return explain(app, raw.chosen.json, why);
  }
  raw.chosen.timeout = std::chrono::seconds{raw.timeout};
  if (app.count("--timeout") > 0)
    raw.chosen.inspect.wait = raw.chosen.timeout;
  raw.chosen.job_id = raw.job;
  if (raw.chosen.action == cli_action::doctor) { // it reads the runner's settings, not ours
    raw.chosen.file = raw.env_file;
    return raw.chosen;
  }
  if (const auto problem = read_settings(raw, sources); !problem.empty())
    return config_exit{cli_exit::config, problem};
  return raw.chosen;
}

} // namespace claw
