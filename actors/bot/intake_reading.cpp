#include "actors/bot/bot_patience.hpp"
#include "actors/bot/intake_actor.hpp"
#include "actors/domain/claim_pace.hpp"
#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t missed_max = 50; ///< requests of a channel; older ones are passed over
constexpr int64_t missed_age_max_ms = 3'600'000;
constexpr std::size_t page_size = 100; ///< @source Discord API reference, "Get Channel Messages"

/// Stands for "some server" where the history of a channel does not say which.
constexpr snowflake some_guild{1};

void read_page(intake* self, snowflake channel);

void keep_mark(intake* self, snowflake channel, snowflake id) {
  auto& mark = self->state.watermarks[channel];
  if (id <= mark)
    return;
  mark = id;
  caf::anon_send(self->state.config.parts->store, bot_changes{{keep_watermark{channel, id}}});
}

void end_reading(intake* self, snowflake channel) {
  const auto& rules = self->state.config.parts->settings.rules;
  if (self->state.parents.count(channel) == 0 && rules.channels.count(channel) == 0
      && self->state.direct_channels.count(channel) == 0)
    return ask_parent(self, channel, 0, [self, channel] { end_reading(self, channel); }); // before they are judged
  const auto at = self->state.readings.find(channel);
  const auto missed = std::move(at->second.missed);
  if (at->second.skipped > 0)
    spdlog::warn("event=messages_skipped channel={} count={}", to_string(channel), at->second.skipped);
  for (const auto& [id, x] : missed)
    take_message(self, x, 0);                    // still reading: the watermark stands until all of them are on disk
  keep_then(self, {}, 0, [self, channel](bool) { // lands behind their records
    const auto reading = self->state.readings.at(channel);
    self->state.readings.erase(channel);
    keep_mark(self, channel, std::max(reading.read, reading.newest));
    if (reading.once_more)
      read_channel(self, channel);
  });
}

void on_page(intake* self, snowflake channel, const discord_answer& page) {
  auto& reading = self->state.readings.at(channel);
  reading.failures = 0;
  const auto& rules = self->state.config.parts->settings.rules;
  const bool direct = self->state.direct_channels.count(channel) != 0;
  const auto before = reading.after;
  for (auto x : page.messages) {
    x.channel = channel;
    x.guild = direct ? snowflake{} : some_guild;
    reading.after = std::max(reading.after, x.id);
    reading.read = std::max(reading.read, x.id);
    if (may_be_heard(x, self->state.me, rules))
      reading.missed.emplace(x.id, std::move(x));
  }
  for (; reading.missed.size() > missed_max; ++reading.skipped)
    reading.missed.erase(reading.missed.begin());
  if (page.messages.size() >= page_size && reading.after > before)
    return read_page(self, channel);
  end_reading(self, channel);
}

/// A channel that is read for the first time: nothing in it is for us, but from here on everything is.
void on_newest(intake* self, snowflake channel, const discord_answer& page) {
  auto& reading = self->state.readings.at(channel);
  auto newest = std::max(channel, reading.newest); // a channel is older than its first message
  for (const auto& x : page.messages)
    newest = std::max(newest, x.id);
  self->state.readings.erase(channel);
  keep_mark(self, channel, newest);
}

void on_no_page(intake* self, snowflake channel, const outcome<discord_answer>& x) {
  auto& reading = self->state.readings.at(channel);
  if (x) {
    spdlog::warn("event=channel_unreadable channel={} status={} code={}", to_string(channel), x->status, x->code);
    const auto newest = reading.newest;
    self->state.readings.erase(channel);
    if (is_set(newest))
      keep_mark(self, channel, newest);
    return;
  }
  const auto pause = backoff_with_jitter(++reading.failures, again_min, again_max, self->state.config.parts->random());
  self->delayed_send(self, pause, later{[self, channel] { read_page(self, channel); }});
}

void read_page(intake* self, snowflake channel) {
  const auto at = self->state.readings.find(channel);
  if (at == self->state.readings.end())
    return;
  discord_call call;
  call.what = discord_call::kind::history;
  call.channel = channel;
  call.message = at->second.after;
  call.limit = is_set(call.message) ? page_size : 1;
  const auto got = [self, channel, first = !is_set(call.message)](const outcome<discord_answer>& x) {
    if (self->state.readings.count(channel) == 0)
      return;
    if (!x || !x->ok())
      return on_no_page(self, channel, x);
    if (first)
      return on_newest(self, channel, *x);
    on_page(self, channel, *x);
  };
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::answer})
      .then([got](const told<discord_answer>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from discord_rest"});
            });
}

} // namespace

void read_channel(intake* self, snowflake channel) {
  const auto mark = self->state.watermarks.find(channel);
  const auto old = snowflake_at(self->state.config.parts->wall_ms() - missed_age_max_ms);
  auto& reading = self->state.readings[channel];
  if (mark != self->state.watermarks.end()) {
    reading.read = mark->second;
    reading.after = std::max(mark->second, old); // what is too old needs not be read
  }
  read_page(self, channel);
}

/// Nothing in a thread is for us that was there before the bot, but all of one that was begun while the bot was away.
void read_thread(intake* self, const discord_channel& x) {
  auto& state = self->state;
  if (state.watermarks.count(x.id) != 0 || state.readings.count(x.id) != 0)
    return;
  const auto parent = state.watermarks.find(x.parent);
  if (parent != state.watermarks.end() && x.id > parent->second)
    state.watermarks[x.id] = x.id; // a thread is older than its first message
  read_channel(self, x.id);
}

void read_again(intake* self) {
  auto& state = self->state;
  std::set<snowflake> channels = state.config.parts->settings.rules.channels;
  for (const auto& [channel, mark] : state.watermarks)
    channels.insert(channel);
  for (const auto channel : channels) {
    if (const auto at = state.readings.find(channel); at != state.readings.end())
      at->second.once_more = true;
    else
      read_channel(self, channel);
  }
}

} // namespace claw
