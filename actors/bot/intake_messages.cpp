#include "actors/bot/bot_patience.hpp"
#include "actors/bot/conversation_actor.hpp"
#include "actors/bot/intake_actor.hpp"
#include "actors/domain/chat_command.hpp"
#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

constexpr int64_t reorder_ms = 10'000; ///< messages of a channel may come in another order than made
constexpr int64_t refusal_pause_ms = 60'000;
constexpr const char* stranger_sentence = "You are not authorized to use this bot.";
constexpr const char* disk_sentence = "I cannot keep your request right now, so I do not take it. Try again later.";
constexpr auto parent_pause = std::chrono::seconds{2};

errand errand_of(const discord_message& x) {
  errand e;
  e.id = x.id;
  e.channel = e.place = x.channel;
  e.guild = x.guild;
  e.user = x.author;
  return e;
}

/// Refusals, advice and other words that need no turn.
void admit_reply(intake* self, errand x, std::string text, std::vector<bot_change> changes, uint64_t sequence) {
  x.reply = std::move(text);
  self->state.errands[x.id] = x;
  changes.emplace_back(keep_errand{x});
  const bool anew = sequence == 0; // it is read again, and may have been answered before
  keep_then(self, std::move(changes), sequence, [self, x, anew](bool) { hand_to_conversation(self, x, anew); });
}

/// Nobody wants to read the same trouble again and again in a channel: a sign is enough.
void mark_refused(intake* self, const errand& x) {
  discord_call call;
  call.what = discord_call::kind::react;
  call.channel = x.channel;
  call.message = x.id;
  call.emoji = "⚠️";
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::progress})
      .then([](const told<discord_answer>&) {}, [](const caf::error&) {});
}

/// A person in a channel gets one sentence a minute, then signs.
void admit_refusal(intake* self, errand x, std::string text, std::vector<bot_change> changes, uint64_t sequence) {
  auto& told = self->state.refusals_told[x.user];
  const bool lately = is_set(told) && made_at_ms(x.id) - made_at_ms(told) < refusal_pause_ms;
  if (x.from != errand::source::message || !is_set(x.guild) || !lately) {
    told = x.id;
    return admit_reply(self, std::move(x), std::move(text), std::move(changes), sequence);
  }
  x.now_in = errand::phase::finished; // kept, so that a replay does not take it after all
  self->state.errands[x.id] = x;
  changes.emplace_back(keep_errand{x});
  keep_then(self, std::move(changes), sequence, [self, x](bool) { mark_refused(self, x); });
}

std::string too_soon_sentence(std::chrono::milliseconds wait) {
  const auto s = std::max<int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  return "Please wait " + std::to_string(s) + (s == 1 ? " second" : " seconds") + " before your next request.";
}

} // namespace

void tell_gateway(intake* self) {
  auto& state = self->state;
  const auto safe = state.open_sequences.empty() ? state.heard : *state.open_sequences.begin() - 1;
  if (const auto to = caf::actor_cast<caf::actor>(state.gateway))
    caf::anon_send(to, events_safe{safe});
}

std::optional<keep_watermark> pass_watermark(intake* self, snowflake channel, snowflake id) {
  auto& state = self->state;
  if (const auto reading = state.readings.find(channel); reading != state.readings.end()) {
    reading->second.newest = std::max(reading->second.newest, id);
    return std::nullopt;
  }
  auto& mark = state.watermarks[channel];
  if (id <= mark)
    return std::nullopt;
  mark = id;
  return keep_watermark{channel, id};
}

namespace {

bool is_repeated(const intake_state& state, const discord_message& x, bool live) {
  if (state.errands.count(x.id) != 0)
    return true;
  const auto mark = state.watermarks.find(x.channel);
  return live && state.readings.count(x.channel) == 0 && mark != state.watermarks.end()
         && made_at_ms(x.id) + reorder_ms < made_at_ms(mark->second);
}

void refuse_stranger(intake* self, const discord_message& x, uint64_t sequence) {
  if (!self->state.strangers.insert(x.author).second)
    return;
  spdlog::warn("event=stranger_refused user={}", to_string(x.author));
  admit_reply(self, errand_of(x), stranger_sentence, {keep_stranger{x.author}}, sequence);
}

} // namespace

void ask_parent(intake* self, snowflake channel, uint64_t sequence, std::function<void()> next) {
  discord_call call;
  call.what = discord_call::kind::channel;
  call.channel = channel;
  if (sequence != 0)
    self->state.open_sequences.insert(sequence);
  const auto again = [self, channel, sequence, next] {
    self->delayed_send(self, parent_pause, later{[=] { ask_parent(self, channel, sequence, next); }});
  };
  const auto got = [self, channel, sequence, next, again](const told<discord_answer>& x) {
    if (!x.what)
      return again();
    self->state.parents[channel] = x.what->ok() && x.what->channel.thread ? x.what->channel.parent : snowflake{};
    self->state.open_sequences.erase(sequence);
    next();
    tell_gateway(self);
  };
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::answer})
      .then(got, [again](const caf::error&) { again(); });
}

void take_message(intake* self, const discord_message& x, uint64_t sequence) {
  auto& state = self->state;
  const auto& parts = *state.config.parts;
  const auto& rules = parts.settings.rules;
  const auto known = state.parents.find(x.channel);
  if (known == state.parents.end() && needs_parent(x, state.me, rules))
    return ask_parent(self, x.channel, sequence, [self, x, sequence] { take_message(self, x, sequence); });
  const auto heard = hearing_of(x, known == state.parents.end() ? snowflake{} : known->second, state.me, rules);
  if (heard == hearing::ignore || is_repeated(state, x, sequence != 0))
    return;
  if (heard == hearing::refuse)
    return refuse_stranger(self, x, sequence);
  const auto text = parts.speech->redacted(spoken_text(x, state.me));
  if (text.empty() && x.content.empty())
    return; // an attachment or a sticker
  auto taken = errand_of(x);
  taken.text = text;
  spdlog::info("event=request_heard message={} channel={} user={} live={}", to_string(x.id), to_string(x.channel),
               to_string(x.author), sequence != 0);
  admit_errand(self, std::move(taken), sequence, sequence == 0); // as above
}

void admit_errand(intake* self, errand x, uint64_t sequence, bool anew) {
  auto& state = self->state;
  std::vector<bot_change> changes;
  if (x.from == errand::source::message) {
    if (!is_set(x.guild) && state.direct_channels.insert(x.channel).second)
      changes.emplace_back(keep_direct_channel{x.channel});
    if (const auto mark = pass_watermark(self, x.channel, x.id))
      changes.emplace_back(*mark);
  }
  user_turns::verdict turn;
  if (std::holds_alternative<chat_job>(parse_chat_command(x.text)))
    turn = state.turns.ask(x.user, x.id);
  if (turn.what == user_turns::kind::too_soon)
    return admit_refusal(self, std::move(x), too_soon_sentence(turn.wait), std::move(changes), sequence);
  if (turn.what == user_turns::kind::too_many)
    return admit_refusal(self, std::move(x), "You have too many requests waiting. Let some of them end first.",
                         std::move(changes), sequence);
  const bool waits = turn.what == user_turns::kind::hold;
  x.now_in = waits ? errand::phase::held : errand::phase::taken;
  state.errands[x.id] = x;
  changes.emplace_back(keep_errand{x});
  keep_then(self, std::move(changes), sequence, [self, x, waits, anew, place = turn.place](bool kept) {
    if (!kept) {
      auto refused = x;
      refused.reply = disk_sentence;
      return hand_to_conversation(self, refused, false);
    }
    if (waits && anew)
      self->state.begun_before.insert(x.id);
    if (waits)
      caf::anon_send(conversation_of(self, x), say_held{x, place, anew});
    else
      hand_to_conversation(self, x, anew);
  });
}

void keep_then(intake* self, std::vector<bot_change> changes, uint64_t sequence, std::function<void(bool)> next) {
  if (sequence != 0)
    self->state.open_sequences.insert(sequence);
  const auto got = [self, sequence, next](bool kept) {
    self->state.open_sequences.erase(sequence);
    tell_gateway(self);
    next(kept);
  };
  self->request(self->state.config.parts->store, bot_store_time_max, bot_changes{std::move(changes)})
      .then([got](const told<done>& x) { got(x.what.ok()); }, [got](const caf::error&) { got(false); });
}

caf::actor conversation_of(intake* self, const errand& x) {
  auto& known = self->state.conversations[{x.channel, x.user}];
  if (!known)
    known = self->spawn<caf::monitored>(conversation_actor,
                                        conversation_config{self->state.config.parts, self->address(), x.channel});
  return known;
}

void hand_to_conversation(intake* self, const errand& x, bool anew) {
  caf::anon_send(conversation_of(self, x), carry_out{x, anew});
}

} // namespace claw
