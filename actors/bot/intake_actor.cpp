#include "actors/bot/intake_actor.hpp"

#include "actors/bot/conversation_actor.hpp"
#include "actors/domain/job_story.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/protocol/link_messages.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t finished_max = 2'000; ///< errands kept to know repeated messages
constexpr std::size_t places_max = 50'000;  ///< channels and threads remembered
constexpr const char* edited_sentence
    = "I go on with the request as it was before your edit. Send a new message to ask something else.";

void forget_oldest(intake* self) {
  auto& errands = self->state.errands;
  if (errands.size() <= finished_max)
    return;
  const auto at = std::find_if(errands.begin(), errands.end(),
                               [](const auto& x) { return x.second.now_in == errand::phase::finished; });
  if (at == errands.end())
    return;
  caf::anon_send(self->state.config.parts->store, bot_changes{{drop_errand{at->first}}});
  errands.erase(at);
}

// -- what the gateway tells -----------------------------------------------------------------------------

void note_direct_channel(intake* self, snowflake channel) {
  auto& state = self->state;
  if (state.direct_channels.insert(channel).second)
    caf::anon_send(state.config.parts->store, bot_changes{{keep_direct_channel{channel}}});
  if (state.watermarks.count(channel) == 0 && state.readings.count(channel) == 0)
    read_channel(self, channel);
}

/// A bot cannot list its direct channels, so what is said in one that it never saw would be lost with the first
/// absence. Asking for it makes none that shows anywhere. @source Discord API reference, "Create DM"
void open_direct_channel(intake* self, snowflake user) {
  discord_call call;
  call.what = discord_call::kind::direct;
  call.user = user;
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::answer})
      .then(
          [self](const told<discord_answer>& x) {
            if (x.what && x.what->ok() && is_set(x.what->id))
              note_direct_channel(self, x.what->id);
          },
          [](const caf::error&) {});
}

void on_ready(intake* self, const gateway_ready& x) {
  auto& state = self->state;
  state.me = x.me;
  state.application = x.application;
  state.config.parts->me->store(static_cast<uint64_t>(x.me));
  caf::anon_send(state.config.parts->store, bot_changes{{keep_self{x.me, x.application}}});
  if (std::exchange(state.read_again_once, true))
    doubt_requests(self); // a session was lost, and what was told in it since
  read_again(self);
  look_for_requests(self);
  register_commands(self);
  const auto& people = state.config.parts->settings.rules.people;
  if (state.direct_channels.size() < people.size())
    for (const auto user : people)
      open_direct_channel(self, user);
}

void on_channels(intake* self, const channels_seen& x) {
  auto& state = self->state;
  const auto& ours = state.config.parts->settings.rules.channels;
  for (const auto& channel : x.channels) {
    if (state.parents.size() < places_max)
      state.parents[channel.id] = channel.thread ? channel.parent : snowflake{};
    if (channel.direct)
      note_direct_channel(self, channel.id);
    if (channel.thread && ours.count(channel.parent) != 0)
      read_thread(self, channel);
  }
}

/// What was asked for is not asked for again with other words; whoever changes them should know.
void on_changed(intake* self, const message_changed& x) {
  auto& state = self->state;
  const auto at = state.errands.find(x.id);
  const bool open
      = at != state.errands.end() && at->second.now_in != errand::phase::finished && at->second.reply.empty();
  if (!open || !x.by_person || !state.edits_told.insert(x.id).second)
    return;
  discord_call call;
  call.what = discord_call::kind::send;
  call.channel = at->second.place;
  call.message_out.content = edited_sentence;
  call.message_out.nonce = to_string(x.id) + "-e";
  call.message_out.replies_to = anchor_of(at->second);
  call.message_out.silent = true;
  self->request(state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::status})
      .then([](const told<discord_answer>&) {}, [](const caf::error&) {});
}

void on_event(intake* self, const discord_event& event, uint64_t sequence) {
  auto& state = self->state;
  if (const auto* ready = std::get_if<gateway_ready>(&event)) {
    on_ready(self, *ready);
  } else if (std::holds_alternative<gateway_resumed>(event)) {
    if (!std::exchange(state.read_again_once, true)) {
      read_again(self); // what was said between the two processes' connections, should the replay miss it
      look_for_requests(self);
      register_commands(self);
    }
  } else if (const auto* seen = std::get_if<channels_seen>(&event)) {
    on_channels(self, *seen);
  } else if (const auto* gone = std::get_if<channel_gone>(&event)) {
    state.parents.erase(gone->id);
  } else if (const auto* said = std::get_if<message_created>(&event)) {
    take_message(self, said->message, sequence);
  } else if (const auto* changed = std::get_if<message_changed>(&event)) {
    on_changed(self, *changed);
  } else if (const auto* deleted = std::get_if<messages_deleted>(&event)) {
    for (const auto id : deleted->ids)
      take_back(self, id);
  } else if (const auto* pressed = std::get_if<interaction_created>(&event)) {
    take_interaction(self, pressed->interaction, sequence);
  }
}

void on_heard(intake* self, const discord_heard& x) {
  auto& state = self->state;
  state.gateway = caf::actor_cast<caf::actor_addr>(self->current_sender());
  state.heard = x.sequence;
  on_event(self, x.event, x.sequence);
  tell_gateway(self);
}

// -- turns ------------------------------------------------------------------------------------------------

void on_errand_over(intake* self, const errand& x) {
  auto& state = self->state;
  if (const auto at = state.errands.find(x.id); at != state.errands.end())
    at->second = x;
  state.edits_told.erase(x.id);
  if (x.now_in != errand::phase::finished)
    state.errands.erase(x.id); // it was never on disk
  forget_oldest(self);
  const auto next = state.turns.over(x.user, x.id);
  const auto at = next ? state.errands.find(*next) : state.errands.end();
  if (at == state.errands.end())
    return;
  at->second.now_in = errand::phase::taken;
  const auto turn = at->second;
  keep_then(self, {keep_errand{turn}}, 0, [self, turn, anew = state.begun_before.erase(turn.id) != 0](bool) {
    hand_if_wanted(self, turn, anew);
  });
}

void on_errand_noted(intake* self, const errand& x) {
  const auto at = self->state.errands.find(x.id);
  if (at == self->state.errands.end())
    return;
  at->second.status = x.status;
  at->second.job_id = x.job_id;
}

/// What an earlier process had begun goes on; what waited in line waits on.
void restore(intake* self) {
  auto& state = self->state;
  auto& memory = state.config.memory;
  state.me = memory.me;
  state.application = memory.application;
  state.config.parts->me->store(static_cast<uint64_t>(memory.me));
  state.watermarks = std::move(memory.watermarks);
  state.direct_channels = std::move(memory.direct_channels);
  state.strangers = std::move(memory.strangers);
  for (auto& x : memory.errands)
    state.errands.emplace(x.id, std::move(x));
  std::vector<errand> open;
  for (const auto& [id, x] : state.errands)
    if (x.now_in != errand::phase::finished)
      open.push_back(x);
  for (const auto& x : open)
    if (wants_job(x))
      state.turns.restore(x.user, x.id, x.now_in == errand::phase::held);
  doubt_requests(self);
  for (const auto& x : open)
    if (x.now_in == errand::phase::heard)
      acknowledge_command(self, x);
    else if (x.now_in != errand::phase::held)
      hand_if_wanted(self, x, true);
  for (const auto& x : open)
    if (x.now_in == errand::phase::held)
      state.begun_before.insert(x.id);
  for (const auto& x : open) // whoever waits with nothing before it
    if (x.now_in == errand::phase::held)
      if (const auto next = state.turns.start_next(x.user)) {
        auto& turn = state.errands.at(*next);
        turn.now_in = errand::phase::taken;
        hand_if_wanted(self, turn, true);
      }
  if (!open.empty())
    spdlog::info("event=errands_restored open={}", open.size());
}

bot_pulse pulse_of(const intake_state& state) {
  const auto open = std::count_if(state.errands.begin(), state.errands.end(),
                                  [](const auto& x) { return x.second.now_in != errand::phase::finished; });
  return {static_cast<std::size_t>(open)};
}

} // namespace

caf::behavior intake_actor(intake* self, intake_config config) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg& x) {
    if (x.reason != caf::exit_reason::normal)
      self->quit(x.reason);
  });
  self->state.config = std::move(config);
  self->state.turns = user_turns{self->state.config.parts->settings.turns};
  restore(self);
  return {
      [self](const discord_heard& x) { on_heard(self, x); },
      [self](const errand_over& x) { on_errand_over(self, x.what); },
      [self](const errand_noted& x) { on_errand_noted(self, x.what); },
      [self](const pulse_question&) { return pulse_of(self->state); },
      [](const later& x) { x.work(); },
  };
}

} // namespace claw
