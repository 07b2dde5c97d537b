#include "actors/bot/gateway_session_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using due_atom = caf::atom_constant<caf::atom("due")>;
using keep_atom = caf::atom_constant<caf::atom("keep")>;
using show_atom = caf::atom_constant<caf::atom("show")>;
using gateway = observed<gateway_session_state>;

constexpr auto session_answer_time_max = std::chrono::seconds{120};
constexpr auto keep_gap = std::chrono::seconds{2};  ///< a sequence that is a little old only means a longer replay
constexpr auto show_gap = std::chrono::seconds{15}; ///< @source Discord: presence updates are few a minute

void carry(gateway* self, gateway_actions actions);

gateway_moment moment_of(const gateway* self) {
  const auto& config = self->state.config;
  return {self->clock().now(), config.wall_ms(), config.random()};
}

void commit(gateway* self, bot_change x) {
  caf::anon_send(self->state.config.store, bot_changes{{std::move(x)}});
}

/// The session as far as it need not be replayed.
std::optional<gateway_session> safe_session(const gateway_session_state& state) {
  auto session = state.machine->session();
  if (session)
    session->sequence = std::min(session->sequence, state.safe);
  return session;
}

void keep(gateway* self) {
  auto& state = self->state;
  auto session = safe_session(state);
  if (session == state.kept)
    return;
  state.kept = session;
  commit(self, keep_session{std::move(session)});
}

void arm(gateway* self) {
  auto& state = self->state;
  const auto due = state.machine->due();
  if (!due || (state.alarm && *state.alarm <= *due))
    return;
  state.alarm = due;
  self->scheduled_send(self, *due, due_atom::value);
}

// -- what the machine says ------------------------------------------------------------------------

void ask_address(gateway* self) {
  discord_call call;
  call.what = discord_call::kind::gateway;
  const auto failed = [self](bool fatal) { carry(self, self->state.machine->on_no_address(fatal, moment_of(self))); };
  self->request(self->state.config.rest, session_answer_time_max, ask_discord{call})
      .then(
          [self, failed](const told<discord_answer>& x) {
            if (x.what && x.what->ok())
              carry(self, self->state.machine->on_address(x.what->gateway, moment_of(self)));
            else
              failed(x.what && x.what->status == 401);
          },
          [failed](const caf::error&) { failed(false); });
}

void hand(gateway* self, const hand_over& x) {
  auto& state = self->state;
  if (std::holds_alternative<gateway_ready>(x.event) || std::holds_alternative<gateway_resumed>(x.event)) {
    spdlog::info("event={} sequence={}",
                 std::holds_alternative<gateway_ready>(x.event) ? "session_ready" : "session_resumed", x.sequence);
    state.shown_at.reset(); // a new session shows what Identify said, a resumed one what it showed before
    if (!state.wanted && state.shown != bot_presence{})
      state.wanted = state.shown;
    self->send(self, show_atom::value);
  }
  self->send(state.config.intake, discord_heard{x.event, x.sequence});
}

void act(gateway* self, const gateway_action& action) {
  auto& state = self->state;
  auto& socket = *state.config.socket;
  if (std::holds_alternative<ask_gateway>(action)) {
    ask_address(self);
  } else if (const auto* open = std::get_if<open_link>(&action)) {
    spdlog::info("event=gateway_opening connection={} resuming={}", open->connection,
                 state.machine->session().has_value());
    socket.open(open->connection, open->url);
  } else if (const auto* close = std::get_if<close_link>(&action)) {
    spdlog::info("event=gateway_closing code={}", close->code);
    socket.close(close->code);
  } else if (const auto* beat = std::get_if<send_beat>(&action)) {
    socket.beat(beat->sequence);
  } else if (std::holds_alternative<send_identify>(action)) {
    socket.identify(state.shown);
  } else if (const auto* resume = std::get_if<send_resume>(&action)) {
    socket.resume(resume->session);
  } else if (const auto* times = std::get_if<keep_identify_times>(&action)) {
    commit(self, *times);
  } else if (const auto* session = std::get_if<keep_session>(&action)) {
    state.safe = session->session ? session->session->sequence : 0;
    keep(self);
  } else if (const auto* over = std::get_if<hand_over>(&action)) {
    hand(self, *over);
  } else if (const auto* end = std::get_if<give_up>(&action)) {
    state.config.on_give_up(end->why);
  }
}

void carry(gateway* self, gateway_actions actions) {
  for (const auto& x : actions)
    act(self, x);
  arm(self);
}

// -- what is heard --------------------------------------------------------------------------------

void on_socket(gateway* self, const link_signal& signal) {
  auto& machine = *self->state.machine;
  const auto at = moment_of(self);
  if (const auto* opened = std::get_if<link_opened>(&signal)) {
    carry(self, machine.on_opened(opened->connection, at));
  } else if (const auto* heard = std::get_if<link_frame>(&signal)) {
    carry(self, machine.on_frame(heard->connection, heard->frame, at));
  } else if (const auto* closed = std::get_if<link_closed>(&signal)) {
    spdlog::warn("event=gateway_closed connection={} code={} why={}", closed->connection, closed->code.value_or(0),
                 log_value(closed->why));
    carry(self, machine.on_closed(closed->connection, closed->code, at));
  }
}

void on_safe(gateway* self, uint64_t sequence) {
  auto& state = self->state;
  state.safe = std::max(state.safe, sequence);
  if (std::exchange(state.keep_armed, true))
    return;
  self->delayed_send(self, keep_gap, keep_atom::value);
}

/// Shows the newest wish, at most so often.
void show(gateway* self) {
  auto& state = self->state;
  if (!state.wanted || state.machine->now_in() != gateway_machine::phase::live)
    return;
  const auto now = self->clock().now();
  if (state.shown_at && now < *state.shown_at + show_gap) {
    self->scheduled_send(self, *state.shown_at + show_gap, show_atom::value);
    return;
  }
  state.shown = *std::exchange(state.wanted, std::nullopt);
  state.shown_at = now;
  state.config.socket->show(state.shown);
}

caf::result<told<done>> on_stop(gateway* self, bool for_good) {
  auto& state = self->state;
  keep(self);
  carry(self, state.machine->stop(for_good));
  auto promise = self->make_response_promise();
  self->request(state.config.store, session_answer_time_max, bot_changes{}) // lands behind the session
      .then([promise](const told<done>& x) mutable { promise.deliver(x); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

} // namespace

actor_facts gateway_session_state::facts() const {
  static constexpr const char* phases[] = {"resting", "asking", "connecting",
                                           "greeting", "starting", "live", "stopped"};
  return {{"phase", std::string{machine ? phases[static_cast<std::size_t>(machine->now_in())] : phases[0]}},
          counted("safe_event", safe)};
}

caf::behavior gateway_session_actor(gateway* self, gateway_session_config config) {
  guard(self);
  auto& state = self->state;
  state.config = std::move(config);
  state.kept = state.config.left;
  state.safe = state.kept ? state.kept->sequence : 0;
  state.machine.emplace(state.config.trust, state.config.left, state.config.budget);
  state.config.socket->listen([to = caf::actor_cast<caf::actor_addr>(self)](link_signal x) {
    if (const auto gateway = caf::actor_cast<caf::actor>(to))
      caf::anon_send(gateway, socket_heard{std::move(x)});
  });
  carry(self, state.machine->start(moment_of(self)));
  return {
      [self](const socket_heard& x) { on_socket(self, x.signal); },
      [self](const events_safe& x) { on_safe(self, x.sequence); },
      [self](const show_presence& x) {
        if (x.shown == self->state.shown)
          self->state.wanted.reset();
        else
          self->state.wanted = x.shown;
        show(self);
      },
      [self](const bot_stop& x) { return on_stop(self, x.for_good); },
      [self](show_atom) { show(self); },
      [self](keep_atom) {
        self->state.keep_armed = false;
        keep(self);
      },
      [self](due_atom) {
        self->state.alarm.reset();
        carry(self, self->state.machine->on_time(moment_of(self)));
      },
  };
}

} // namespace claw
