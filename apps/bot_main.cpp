// openclaw-bot: lets people use a broker's workers from Discord. This file joins the parts and handles signals.

#include "actors/bot/bot_system.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/shared/observed_actor.hpp"
#include "apps/bot_config.hpp"
#include "apps/entropy.hpp"
#include "apps/exit_codes.hpp"
#include "apps/inspection_port.hpp"
#include "apps/life_signs.hpp"
#include "apps/log.hpp"
#include "apps/watchdog.hpp"
#include "net/gateway_link.hpp"
#include "net/json_job_speech.hpp"
#include "storage/lmdb_bot_store.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <optional>

namespace claw {

namespace {

constexpr auto shutdown_time_max = std::chrono::seconds{5};
constexpr auto exit_time_max = std::chrono::milliseconds{9'000}; ///< after SIGTERM

int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
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

/// Why the bot cannot go on, said by any thread, heard by the main one.
class last_word {
public:
  void say(const std::string& why) {
    const std::lock_guard lock{mutex_};
    if (!said_)
      said_ = why;
    ::eventfd_write(heard_, 1);
  }

  int descriptor() const { return heard_; }

  std::string why() const {
    const std::lock_guard lock{mutex_};
    return said_.value_or("");
  }

private:
  mutable std::mutex mutex_;
  std::optional<std::string> said_;
  int heard_ = ::eventfd(0, EFD_CLOEXEC);
};

/// Waits for a signal or for a part to give up. @returns the signal, 0 when a part gave up
int wait_for_end(int signals, int given_up) {
  pollfd waiting[2] = {{signals, POLLIN, 0}, {given_up, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  if ((waiting[1].revents & POLLIN) != 0)
    return 0;
  signalfd_siginfo what{};
  return ::read(signals, &what, sizeof what) == static_cast<ssize_t>(sizeof what) ? static_cast<int>(what.ssi_signo)
                                                                                  : SIGTERM;
}

bot_world make_world(const bot_config_values& x, std::shared_ptr<gateway_socket> socket,
                     std::shared_ptr<bot_store> store, bot_memory memory, last_word& end) {
  bot_world world;
  world.connect_discord = [place = x.discord] { return std::shared_ptr<discord_api>{make_discord_client(place)}; };
  world.connect_broker = [where = x.broker] {
    auto client = make_producer_client(where);
    CLAW_ASSERT(client.ok()); // it was checked with the configuration
    return std::shared_ptr<producer_api>{std::move(*client)};
  };
  world.socket = std::move(socket);
  world.store = std::move(store);
  world.memory = std::move(memory);
  world.speech = std::make_shared<json_job_speech>(redactor{x.secrets}, [] { return wall_ms() / 1'000; });
  world.trust = x.trust;
  world.wall_ms = wall_ms;
  world.random = random_bits;
  world.on_give_up = [&end](const std::string& why) { end.say(why); };
  return world;
}

int give_up_code(const std::string& why) {
  if (why.empty())
    return exit_codes::internal;
  spdlog::error("event=bot_gave_up why={}", log_value(why));
  std::fprintf(stderr, "openclaw-bot: %s\n", why.c_str());
  return exit_codes::config;
}

/// @returns a line about the bot, none when its actors did not answer in time
std::optional<std::string> say_how_it_is(bot_system& bot, std::chrono::milliseconds wait) {
  const auto open = bot.requests_under_way(wait);
  if (!open)
    return std::nullopt;
  return std::to_string(*open) + (*open == 1 ? " request" : " requests") + " under way";
}

int refuse(const failure& why) {
  std::fprintf(stderr, "openclaw-bot: %s\n", why.why.c_str());
  return exit_codes::config;
}

/// Runs until a signal or the end of all hope. @returns the exit code
int run_bot(const bot_config_values& x, const std::optional<inspection_settings>& inspection, bot_world world,
            last_word& end, int signals) {
  observed_system_config caf_config;
  caf_config.roster = inspection ? std::make_shared<actor_roster>() : nullptr;
  caf_config.set("scheduler.policy", caf::atom("sharing"));
  caf_config.set("scheduler.max-threads", 2);
  std::atomic<int> exit_code{0};
  std::optional<watchdog> overdue; // first, so that it also watches the end of the actor system
  caf::actor_system actors{caf_config};
  const auto looked_at = open_inspection(inspection, "openclaw-bot", caf_config.roster, x.secrets);
  if (!looked_at)
    return refuse(looked_at.error());
  {
    bot_system bot{actors, x.settings, std::move(world)};
    spdlog::info("event=bot_started instance={} broker_url={} users={} channels={}", x.settings.instance_name,
                 log_value(x.broker.url), x.settings.rules.people.size(), x.settings.rules.channels.size());
    if (x.trust != gateway_trust::discord)
      spdlog::warn("event=discord_replaced url={} why=\"DISCORD_API_URL is set: DISCORD_TOKEN goes there\"",
                   log_value(x.discord.url));
    const auto how_it_is = [&](std::chrono::milliseconds wait) { return say_how_it_is(bot, wait); };
    life_signs signs{life_sign_plan_here(), how_it_is};
    const int signal = wait_for_end(signals, end.descriptor());
    signs.stop();
    exit_code = signal != 0 ? 0 : give_up_code(end.why());
    overdue.emplace(exit_time_max, exit_code);
    // SIGINT is a person who wants the bot away; SIGTERM comes with restarts, after which the session goes on.
    spdlog::info("event=bot_stopped in_time={}", bot.shutdown(signal == SIGINT, shutdown_time_max));
  }
  return exit_code;
}

int run(const bot_config_values& x, const std::optional<inspection_settings>& inspection) {
  std::signal(SIGPIPE, SIG_IGN); // a peer that hangs up is an error of the call, not our end
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none); // the token must not lie about in a core file
  const int signals = signal_descriptor();
  auto opened = lmdb_bot_store::open(x.state_dir);
  if (!opened)
    return refuse(opened.error());
  std::shared_ptr<bot_store> store{std::move(*opened)};
  auto memory = store->load();
  if (!memory)
    return refuse(memory.error());
  auto socket = make_gateway_link({x.discord.token, x.trust, x.discord.ca_file});
  if (!socket)
    return refuse(socket.error());
  last_word end;
  auto world = make_world(x, *socket, std::move(store), std::move(*memory), end);
  return run_bot(x, inspection, std::move(world), end, signals);
}

int start(int argc, char** argv) {
  const auto values = read_config(bot_table(), real_sources(argc, argv));
  if (const auto* ended = std::get_if<config_exit>(&values)) {
    std::fputs(ended->text.c_str(), ended->code == 0 ? stdout : stderr);
    return ended->code;
  }
  const auto& config = std::get<claw::config>(values);
  ::umask(077);
  auto settings = bot_values_of(config);
  if (settings) {
    auto options = log_options_of("bot", config);
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
    std::fprintf(stderr, "openclaw-bot: %s\n", why.what());
    return claw::exit_codes::internal;
  }
}
