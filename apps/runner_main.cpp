// openclaw-runner: claims jobs from a broker and does them. This file joins the parts and handles signals.

#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/runner/endpoint_actor.hpp"
#include "actors/runner/runner_system.hpp"
#include "actors/runner/transcript_actor.hpp"
#include "actors/shared/observed_actor.hpp"
#include "apps/entropy.hpp"
#include "apps/exit_codes.hpp"
#include "apps/inspection_port.hpp"
#include "apps/life_signs.hpp"
#include "apps/log.hpp"
#include "apps/model_metrics.hpp"
#include "apps/outbox_files.hpp"
#include "apps/runner_config.hpp"
#include "apps/transcript_files.hpp"
#include "apps/watchdog.hpp"
#include "llm/chat_client.hpp"
#include "llm/checkpoint_codec.hpp"
#include "llm/command_registry.hpp"
#include "llm/endpoint_probe.hpp"
#include "llm/task_codec.hpp"
#include "llm/tool_registry.hpp"
#include "llm/transcript_codec.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace claw {

namespace {

constexpr auto shutdown_time_max = std::chrono::seconds{8};
constexpr auto exit_time_max = std::chrono::milliseconds{9'500}; ///< after SIGTERM
constexpr auto probe_time_max = std::chrono::seconds{2};

std::string fresh_boot_id() {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(random_bits()),
                static_cast<unsigned long long>(random_bits()));
  return text;
}

int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

outcome<done> make_state_folder(const std::string& path) {
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), problem);
  if (::mkdir(path.c_str(), 0700) == 0)
    return done{};
  if (errno == EEXIST && std::filesystem::is_directory(path, problem)
      && ::access(path.c_str(), W_OK | X_OK) == 0)
    return done{};
  return failure{ec::bad_config, "RUNNER_STATE_DIR cannot be made or written: " + path};
}

/// SIGTERM and SIGINT as a descriptor; must be called before any thread starts.
int signal_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_CLOEXEC);
}

/// Whether the model's endpoint answers; one without a list of models does, too.
outcome<done> probe(const chat_client_config& model, const stop_token& stop) {
  const auto facts = probe_endpoint(model.base_url, model.api_key, probe_time_max, stop);
  if (facts || facts.error().code == ec::bad_reply)
    return done{};
  return facts.error();
}

/// @param answers follows whether the endpoint answers
caf::actor make_endpoint(caf::actor_system& actors, const runner_settings& x, std::shared_ptr<chat_client> model,
                         const std::shared_ptr<const redactor>& redact, std::shared_ptr<std::atomic<bool>> answers) {
  endpoint_config config;
  config.probe = [where = x.model, model = std::move(model)](const stop_token& stop) {
    auto found = probe(where, stop);
    if (!found && (found.error().code == ec::unreachable || found.error().code == ec::unavailable))
      model->endpoint_was_away();
    return found;
  };
  config.redact = redact;
  config.name = x.model.model;
  config.requests_max = x.model_requests_max;
  config.random = random_bits;
  config.on_change = [answers = std::move(answers)](bool now) { *answers = now; };
  return actors.spawn(endpoint_actor, std::move(config));
}

std::vector<std::string> llm_caps_of(const caps& all) {
  std::vector<std::string> result;
  for (const auto& name : all.names())
    if (name.starts_with("llm:"))
      result.push_back(name);
  return result;
}

caf::actor make_transcripts(caf::actor_system& actors, const runner_settings& x,
                            const redactor& redact) {
  transcript_limits limits;
  limits.all_bytes_max = x.transcripts_bytes_max;
  limits.file_bytes_max = std::min(limits.file_bytes_max, limits.all_bytes_max);
  return actors.spawn<caf::detached>(
      transcript_actor,
      transcript_config{std::make_shared<json_transcript_codec>(redact),
                        std::make_shared<transcript_files>(x.state_dir + "/transcripts", limits)});
}

/// @param model_answers whether the `llm:` caps are advertised at this moment
std::shared_ptr<run_config> make_run_config(const runner_settings& x, const redactor& redact,
                                            std::shared_ptr<const std::atomic<bool>> model_answers) {
  auto repos = std::make_shared<repo_tools>(x.repos);
  auto plans = std::make_shared<plan_store>(x.state_dir + "/plans");
  auto run = std::make_shared<run_config>();
  run->commands = std::make_shared<command_registry>(
      command_registry_config{x.claims.me.worker_id, x.claims.me.version,
                              [all = llm_caps_of(x.claims.me.caps), answers = std::move(model_answers)] {
                                return *answers ? all : std::vector<std::string>{};
                              }},
      repos, plans);
  const auto tools = std::make_shared<tool_registry>(
      tool_registry_config{x.allowed_tools, x.tool_output_bytes_max, x.tool_argument_bytes_max},
      repos, plans);
  run->tools = tools;
  run->tools_for = [tools](const llm_task& task) -> std::shared_ptr<toolbox> {
    return tools->for_task(task.tools, task.context_repo, task.context_path_hint);
  };
  run->tasks = std::make_shared<json_task_codec>(x.allowed_tools, redact);
  run->checkpoints = std::make_shared<json_checkpoint_codec>(redact);
  run->redact = std::make_shared<redactor>(redact);
  run->worker_id = x.claims.me.worker_id;
  run->allowed_tools = x.allowed_tools;
  run->loop.steps_max = x.steps_max;
  run->loop.answer_tokens_max = x.model.answer_tokens_max;
  run->loop.result_bytes_max = std::min(run->loop.result_bytes_max, x.tool_output_bytes_max);
  run->job_time_max = x.job_time_max;
  run->random = random_bits;
  run->wall_s = wall_seconds;
  spdlog::info("event=repo_tools_ready tools={}", log_value(repos->description()));
  return run;
}

/// Waits for a signal or for a part to give up. @returns true for a signal
bool wait_for_end(int signals, int given_up) {
  pollfd waiting[2] = {{signals, POLLIN, 0}, {given_up, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  return (waiting[1].revents & POLLIN) == 0;
}

/// @returns a line about the runner, none when its actors did not answer in time
std::optional<std::string> say_how_it_is(runner_system& runner, std::chrono::milliseconds wait) {
  const auto pulse = runner.pulse(wait);
  if (!pulse)
    return std::nullopt;
  return std::to_string(pulse->slots_busy) + " of " + std::to_string(pulse->slots) + " slots busy";
}

int refuse(const failure& why) {
  std::fprintf(stderr, "openclaw-runner: %s\n", why.why.c_str());
  return exit_codes::config;
}

runner_world make_world(const runner_settings& settings, const run_config_ptr& run, int given_up) {
  runner_world world;
  world.endpoint = run->endpoint;
  world.transcripts = run->transcripts;
  world.connect = [where = settings.broker] {
    auto client = make_worker_client(where);
    CLAW_ASSERT(client.ok()); // it was checked with the configuration
    return std::shared_ptr<worker_api>{std::move(*client)};
  };
  world.outbox = std::make_shared<outbox_files>(settings.state_dir + "/outbox");
  world.codec = run->tasks;
  world.start_run = job_run_of(run);
  world.wall_s = wall_seconds;
  world.random = random_bits;
  world.on_give_up = [given_up] { ::eventfd_write(given_up, 1); };
  return world;
}

int run(runner_settings& settings, const std::optional<inspection_settings>& inspection) {
  std::signal(SIGPIPE, SIG_IGN); // a broker that hangs up is an error of the call, not our end
  const int signals = signal_descriptor();
  const int given_up = ::eventfd(0, EFD_CLOEXEC);
  observed_system_config caf_config;
  caf_config.roster = inspection ? std::make_shared<actor_roster>() : nullptr;
  caf_config.set("scheduler.policy", caf::atom("sharing"));
  caf_config.set("scheduler.max-threads", 2);
  std::atomic<int> exit_code{0};
  std::optional<watchdog> overdue; // first, so that it also watches the end of the actor system
  caf::actor_system actors{caf_config};
  const auto looked_at = open_inspection(inspection, "openclaw-runner", caf_config.roster, settings.secrets);
  if (!looked_at)
    return refuse(looked_at.error());
  const redactor redact{settings.secrets};
  const auto model_answers = std::make_shared<std::atomic<bool>>(!settings.has_model); // nobody watches what is not set
  const auto run = make_run_config(settings, redact, model_answers);
  settings.claims.commands = run->commands->commands();
  settings.claims.commands.emplace_back("llm_task");
  settings.claims.me.boot_id = fresh_boot_id();
  std::optional<metrics_file> metrics;
  if (settings.has_model) {
    const auto model = std::make_shared<chat_client>(settings.model);
    run->model = model;
    run->endpoint = make_endpoint(actors, settings, model, run->redact, model_answers);
    if (!settings.metrics_file.empty())
      metrics.emplace(settings.metrics_file, [asked = run->asked, name = settings.model.model, model_answers] {
        return model_metrics_page(*asked, name, *model_answers);
      });
  }
  if (settings.has_model && settings.transcripts_bytes_max > 0)
    run->transcripts = make_transcripts(actors, settings, redact);
  {
    runner_system runner{actors, settings.claims, make_world(settings, run, given_up)};
    spdlog::info("event=runner_started worker_id={} caps={} broker_url={} slots={} llm={}",
                 log_value(settings.claims.me.worker_id),
                 log_value(to_string(settings.claims.me.caps)), log_value(settings.broker.url),
                 settings.claims.slots, settings.has_model);
    const auto how_it_is = [&](std::chrono::milliseconds wait) { return say_how_it_is(runner, wait); };
    life_signs signs{life_sign_plan_here(), how_it_is};
    const bool asked = wait_for_end(signals, given_up);
    signs.stop();
    exit_code = asked ? 0 : exit_codes::internal;
    overdue.emplace(exit_time_max, exit_code);
    if (asked)
      spdlog::info("event=runner_stopped in_time={}", runner.shutdown(shutdown_time_max));
  }
  return exit_code;
}

int start(int argc, char** argv) {
  const auto values = read_config(runner_table(), real_sources(argc, argv));
  if (const auto* ended = std::get_if<config_exit>(&values)) {
    std::fputs(ended->text.c_str(), ended->code == 0 ? stdout : stderr);
    return ended->code;
  }
  const auto& config = std::get<claw::config>(values);
  ::umask(077);
  auto settings = runner_settings_of(config);
  if (settings)
    if (const auto folder = make_state_folder(settings->state_dir); !folder)
      settings = folder.error();
  if (settings) {
    auto options = log_options_of("runner", config);
    options.secrets = settings->secrets;
    if (const auto log = start_log(options); !log)
      settings = log.error();
  }
  if (!settings)
    return refuse(settings.error());
  return run(*settings, inspection_settings_of(config, credentials_folder()));
}

} // namespace

} // namespace claw

int main(int argc, char** argv) {
  try {
    return claw::start(argc, argv);
  } catch (const std::exception& why) {
    std::fprintf(stderr, "openclaw-runner: %s\n", why.what());
    return claw::exit_codes::internal;
  }
}
