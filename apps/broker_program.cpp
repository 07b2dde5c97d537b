#include "apps/broker_program.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/shared/observed_actor.hpp"
#include "apps/broker_config.hpp"
#include "apps/exit_codes.hpp"
#include "apps/entropy.hpp"
#include "apps/inspection_port.hpp"
#include "apps/life_signs.hpp"
#include "apps/log.hpp"
#include "apps/watchdog.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <future>
#include <optional>
#include <thread>

namespace claw {

namespace {

constexpr std::size_t files_besides_connections = 64;
constexpr int large_block_bytes = 524'288;
constexpr std::chrono::seconds commits_max{5};
constexpr std::chrono::seconds connections_close_max{2};
constexpr std::chrono::seconds shutdown_max{9}; ///< systemd and people are promised 10

/// SIGTERM and SIGINT are waited for by the main thread alone, so that no handler runs anywhere.
sigset_t blocked_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // a file over its size limit is a full store, not the end
  return signals;
}

/// Large texts come and go: each gets memory of its own from the system and gives it back, instead of leaving holes in
/// the heap, where glibc would soon put blocks of their size otherwise (mallopt(3), M_MMAP_THRESHOLD).
void keep_large_blocks_apart() {
  ::mallopt(M_MMAP_THRESHOLD, large_block_bytes);
}

/// Every connection is a file: asks for as many as the system allows.
/// @returns how many connections fit
std::size_t connections_that_fit(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0)
    return wanted;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, wanted + 2 * files_besides_connections);
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  const auto room = files.rlim_cur > 2 * files_besides_connections
                        ? files.rlim_cur - files_besides_connections
                        : files.rlim_cur / 2;
  return std::min<std::size_t>(wanted, room);
}

int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void warn_of_risks(const config& x) {
  if (binds_every_address(x.text("BROKER_HOST")) && !x.flag("BROKER_BIND_PUBLIC"))
    spdlog::warn("event=bound_publicly host={} why=\"everybody who reaches this machine reaches the broker; "
                 "set BROKER_BIND_PUBLIC=1 if that is meant\"",
                 log_value(x.text("BROKER_HOST")));
}

/// @param tokens of single clients; whoever has those may do without the shared ones
void warn_of_tokens(const config& x, const std::vector<access_token>& tokens) {
  for (auto token : {"BOT_TOKEN", "WORKER_TOKEN"})
    if (!x.has(token) && tokens.empty())
      spdlog::warn("event=token_missing name={} why=\"requests that need it are answered 500\"",
                   token);
  const auto same = [&x](const char* a, const char* b) { return x.has(a) && x.text(a) == x.text(b); };
  if (same("BOT_TOKEN", "WORKER_TOKEN"))
    spdlog::warn("event=tokens_equal why=\"workers can create jobs and producers can claim them\"");
  if (same("ADMIN_TOKEN", "BOT_TOKEN") || same("ADMIN_TOKEN", "WORKER_TOKEN"))
    spdlog::warn("event=tokens_equal why=\"whoever has a shared token can make tokens\"");
}

/// Scripts wait for this line, whatever the level.
void announce(const config& x, uint16_t port) {
  auto log = spdlog::default_logger();
  const auto level = log->level();
  log->set_level(spdlog::level::info);
  log->info("event=broker_started host={} port={} version={} pid={}",
            log_value(x.text("BROKER_HOST")), port, CLAW_VERSION, ::getpid());
  log->set_level(level);
}

/// Asks the queue, which all else goes through. @returns a line about it, none when it did not answer in time
std::optional<std::string> say_how_it_is(broker_front_door& door, std::chrono::milliseconds wait) {
  auto answered = std::make_shared<std::promise<outcome<queue_facts>>>();
  auto answer = answered->get_future();
  door.ask(queue_question{
      reply<queue_facts>{[answered](outcome<queue_facts> facts) { answered->set_value(std::move(facts)); }}});
  if (answer.wait_for(wait) != std::future_status::ready)
    return std::nullopt;
  const auto facts = answer.get();
  if (!facts)
    return std::nullopt;
  return std::to_string(facts->queued) + " jobs queued, " + std::to_string(facts->running) + " running";
}

int complain(const failure& why) {
  spdlog::error("event=broker_not_started ec={} why={}", to_string(why.code), log_value(why.why));
  return why.code == ec::bad_config ? exit_codes::config : exit_codes::internal;
}

/// Queue, jobs, leases and workers in one thread: none of them blocks or computes for long, and every message that
/// stays in its thread saves waking another one. docs/decisions/011
struct broker_actor_config : observed_system_config {
  explicit broker_actor_config(bool observed) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{1});
    roster = observed ? std::make_shared<actor_roster>() : nullptr;
  }
};

/// Serves until a signal. @param seams also says where the store counts. @returns the exit code
int serve(const config& x, job_store& jobs, token_store& tokens, const sigset_t& signals,
          const broker_seams& seams) {
  std::atomic<int> exit_code{0};
  std::optional<watchdog> overdue; // first, so that it also watches the end of the actor system
  const auto give_up = [&exit_code] {
    exit_code = exit_codes::internal;
    ::kill(::getpid(), SIGTERM);
  };
  const auto inspection = inspection_settings_of(x, credentials_folder());
  broker_actor_config actors{inspection.has_value()};
  caf::actor_system system{actors};
  auto known = tokens.load();
  if (!known)
    return complain(known.error());
  warn_of_tokens(x, *known);
  auto bounds = server_options_of(x);
  bounds.connections_max = connections_that_fit(bounds.connections_max);
  auto http = http_options_of(x);
  http.tokens = *std::move(known);
  http.random = random_bits;
  const auto pruned = std::make_shared<prune_tally>();
  http.tallies = {seams.store.tally, bounds.tally, pruned};
  broker_system broker{system, jobs, tokens, system_config_of(x),
                       {wall_ms, random_bits, give_up, seams.store.on_kill_point, pruned}};
  const auto door = seams.instead_of_door ? seams.instead_of_door(broker) : nullptr;
  broker_front_door& entrance = door ? *door : broker;
  broker_http application{std::move(http), entrance};
  const auto looked_at = open_inspection(inspection, "openclaw-broker", actors.roster, x.secrets());
  if (!looked_at)
    return complain(looked_at.error());
  auto server = http_server::listen(bounds, application);
  if (!server)
    return complain(server.error());
  std::thread serving{[&] {
    try {
      (*server)->run();
    } catch (const std::exception& why) {
      spdlog::critical("event=http_server_failed why={}", log_value(why.what()));
      give_up();
    }
  }};
  announce(x, (*server)->port());
  const auto how_it_is = [&](std::chrono::milliseconds wait) { return say_how_it_is(entrance, wait); };
  life_signs signs{life_sign_plan_here(), how_it_is};
  int signal = 0;
  sigwait(&signals, &signal);
  signs.stop();
  spdlog::info("event=broker_stopping signal={}", signal);
  overdue.emplace(shutdown_max, exit_code);
  application.stop();
  (*server)->drain();
  if (!broker.shutdown(commits_max))
    spdlog::warn("event=shutdown_incomplete why=\"commits took too long\"");
  (*server)->stop(connections_close_max);
  serving.join();
  spdlog::info("event=broker_stopped");
  return exit_code;
}

} // namespace

int run_broker(int argc, char** argv, const broker_seams& seams) {
  keep_large_blocks_apart();
  ::umask(0077); // jobs, tokens and logs are nobody else's
  const auto signals = blocked_signals();
  auto outcome = read_config(broker_config_table(), real_sources(argc, argv));
  if (const auto* end = std::get_if<config_exit>(&outcome)) {
    std::fputs(end->text.c_str(), end->code == 0 ? stdout : stderr);
    return end->code;
  }
  const auto& x = std::get<config>(outcome);
  if (auto log = start_log(log_options_of("openclaw-broker", x)); !log) {
    std::fprintf(stderr, "openclaw-broker: %s\n", log.error().why.c_str());
    return exit_codes::config;
  }
  warn_of_risks(x);
  auto stores = open_broker_stores(x.text("BROKER_DB"), seams.store);
  if (!stores)
    return complain(stores.error());
  const auto other = seams.instead_of_store ? seams.instead_of_store(*stores->jobs) : nullptr;
  return serve(x, other ? *other : *stores->jobs, *stores->tokens, signals, seams);
}

} // namespace claw
