#include "actors/bot/bot_system.hpp"

#include "actors/bot/bot_links.hpp"
#include "actors/bot/discord_rest_actor.hpp"
#include "actors/bot/gateway_session_actor.hpp"
#include "actors/bot/intake_actor.hpp"
#include "actors/bot/lookout_actor.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/shared/guard.hpp"

namespace claw {

namespace {

constexpr auto bot_stop_time_max = std::chrono::seconds{8};
constexpr std::size_t discord_links = 4; ///< the first one is kept for interactions

/// The supervisor. All that matters is on disk, so when a part crashes the program ends and begins anew from there.
struct bot_root_state {
  caf::actor gateway, intake;
  std::vector<caf::actor> parts; ///< all of them, in the order of their start

  ~bot_root_state() {
    for (auto at = parts.rbegin(); at != parts.rend(); ++at)
      caf::anon_send_exit(*at, caf::exit_reason::user_shutdown);
  }

  static inline const char* name = "bot";
};

using bot_root = observed<bot_root_state>;

template <class F, class... Ts>
caf::actor start_part(bot_root* self, bool detached, F behavior, Ts&&... xs) {
  auto part = detached ? self->spawn<caf::monitored + caf::detached>(behavior, std::forward<Ts>(xs)...)
                       : self->spawn<caf::monitored>(behavior, std::forward<Ts>(xs)...);
  self->state.parts.push_back(part);
  return part;
}

caf::actor start_rest(bot_root* self, bool detached, const bot_world& world) {
  discord_rest_config rest;
  for (std::size_t i = 0; i < discord_links; ++i)
    rest.links.push_back(start_part(self, detached, discord_link_actor, world.connect_discord()));
  rest.redact = [speech = world.speech](const std::string& text) { return speech->redacted(text); };
  rest.random = world.random;
  rest.on_give_up = world.on_give_up;
  return start_part(self, false, discord_rest_actor, std::move(rest));
}

bot_parts_ptr make_parts(bot_root* self, const bot_settings& settings, const bot_world& world) {
  const bool detached = settings.detached;
  auto parts = std::make_shared<bot_parts>();
  parts->store = start_part(self, detached, bot_store_actor, world.store);
  parts->rest = start_rest(self, detached, world);
  parts->broker = start_part(self, detached, producer_link_actor, world.connect_broker());
  parts->watch_link = [detached, connect = world.connect_broker](caf::event_based_actor* parent) {
    return detached ? parent->spawn<caf::detached>(producer_link_actor, connect())
                    : parent->spawn(producer_link_actor, connect());
  };
  parts->speech = world.speech;
  parts->settings = settings;
  parts->me = std::make_shared<std::atomic<uint64_t>>(0);
  parts->wall_ms = world.wall_ms;
  parts->random = world.random;
  return parts;
}

void start_parts(bot_root* self, const bot_settings& settings, const bot_world& world) {
  const auto parts = make_parts(self, settings, world);
  gateway_session_config gateway;
  gateway.socket = world.socket;
  gateway.rest = parts->rest;
  gateway.store = parts->store;
  const auto lookout = start_part(self, false, lookout_actor, lookout_config{parts, self->address()});
  gateway.intake = self->state.intake
      = start_part(self, false, intake_actor, intake_config{parts, world.memory, lookout});
  gateway.trust = world.trust;
  gateway.left = world.memory.session;
  gateway.budget = identify_budget{world.memory.identify_times_ms};
  gateway.wall_ms = world.wall_ms;
  gateway.random = world.random;
  gateway.on_give_up = world.on_give_up;
  self->state.gateway = start_part(self, false, gateway_session_actor, std::move(gateway));
}

caf::result<told<done>> on_stop(bot_root* self, const bot_stop& x) {
  auto promise = self->make_response_promise();
  self->request(self->state.gateway, bot_stop_time_max, x)
      .then([promise](const told<done>& kept) mutable { promise.deliver(kept); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::behavior bot_root_actor(bot_root* self, bot_settings settings, bot_world world) {
  guard(self);
  self->set_down_handler([self, give_up = world.on_give_up](const caf::down_msg& x) {
    spdlog::error("event=part_crashed why={}", log_value(self->system().render(x.reason)));
    give_up("");
  });
  start_parts(self, settings, world);
  return {
      [self](const bot_stop& x) { return on_stop(self, x); },
      [self](const pulse_question& x) { return self->delegate(self->state.intake, x); },
      [self](const show_presence& x) { caf::anon_send(self->state.gateway, x); },
  };
}

} // namespace

bot_system::bot_system(caf::actor_system& system, bot_settings settings, bot_world world) : system_(system) {
  CLAW_ASSERT(world.connect_discord && world.connect_broker && world.socket && world.store && world.speech);
  CLAW_ASSERT(world.wall_ms && world.random && world.on_give_up);
  root_ = system.spawn(bot_root_actor, std::move(settings), std::move(world));
}

bot_system::~bot_system() {
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
}

std::optional<std::size_t> bot_system::requests_under_way(std::chrono::milliseconds deadline) {
  caf::scoped_actor self{system_};
  std::optional<std::size_t> answer;
  self->request(root_, deadline, pulse_question{})
      .receive([&](const bot_pulse& x) { answer = x.under_way; }, [](const caf::error&) {});
  return answer;
}

bool bot_system::shutdown(bool for_good, std::chrono::milliseconds deadline) {
  caf::scoped_actor self{system_};
  bool in_time = false;
  self->request(root_, deadline, bot_stop{for_good})
      .receive([&](const told<done>&) { in_time = true; }, [](const caf::error&) {});
  return in_time;
}

} // namespace claw
