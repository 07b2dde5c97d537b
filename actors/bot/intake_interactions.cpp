#include "actors/bot/intake_actor.hpp"
#include "actors/domain/answer_plan.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/domain/slash_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

using kind = discord_call::kind;

constexpr unsigned bad_request = 400;

/// @param x the interaction, or the errand that it became
template <class T>
discord_call response_to(const T& x, kind what) {
  discord_call call;
  call.what = what;
  call.application = x.application;
  call.interaction = x.id;
  call.token = x.token;
  return call;
}

/// Answers Discord within the three seconds that it waits.
void respond(intake* self, discord_call call, std::function<void(const outcome<discord_answer>&)> then) {
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{std::move(call), call_rank::answer})
      .then([then](const told<discord_answer>& x) { then(x.what); },
            [then](const caf::error&) {
              then(failure{ec::unreachable, "no answer from discord_rest"});
            });
}

void respond(intake* self, discord_call call) {
  respond(self, std::move(call), [](const outcome<discord_answer>&) {});
}

/// Whoever waited has been told by Discord that the bot did not respond; an event that was replayed comes so late.
bool is_too_late(const outcome<discord_answer>& x) {
  return x && (x->code == discord_code::unknown_interaction || x->code == discord_code::unknown_webhook);
}

void tell_privately(intake* self, const discord_interaction& x, const std::string& text) {
  auto call = response_to(x, kind::reply);
  call.message_out.content = text;
  call.message_out.private_reply = true;
  respond(self, std::move(call));
}

errand errand_of(const discord_interaction& x) {
  errand e;
  e.id = x.id;
  e.channel = e.place = x.channel;
  e.guild = x.guild;
  e.user = x.user;
  e.application = x.application;
  e.token = x.token;
  return e;
}

bool is_answered_already(const outcome<discord_answer>& x) {
  return x && x->code == discord_code::already_acknowledged;
}

/// Nothing is done for it.
void drop_interaction(intake* self, const errand& x) {
  spdlog::info("event=interaction_dropped interaction={} user={} why=\"it came too late or was answered already\"",
               to_string(x.id), to_string(x.user));
  self->state.errands.erase(x.id);
  caf::anon_send(self->state.config.parts->store, bot_changes{{drop_errand{x.id}}});
}

/// On disk before Discord is told that it is heard: a bot that is killed in between knows what it owes.
void take_command(intake* self, const discord_interaction& x, uint64_t sequence) {
  auto e = errand_of(x);
  e.from = errand::source::slash;
  e.now_in = errand::phase::heard;
  e.text = self->state.config.parts->speech->redacted(slash_text(x));
  e.private_reply = is_private_command(x.name);
  spdlog::info("event=command_heard interaction={} user={} name={}", to_string(x.id), to_string(x.user),
               log_value(x.name));
  self->state.errands[x.id] = e;
  keep_then(self, {keep_errand{e}}, sequence, [self, e](bool) { acknowledge_command(self, e); });
}

errand errand_of(const discord_interaction& x, const button_order& order) {
  auto e = errand_of(x);
  e.from = errand::source::button;
  const bool retry = order.what == button_order::kind::retry;
  e.text = (retry ? "retry " : "cancel ") + order.job_id;
  if (retry) {
    e.user = order.owner;
    e.status = x.message;
  }
  return e;
}

void take_button(intake* self, const discord_interaction& x, uint64_t sequence) {
  const auto& rules = self->state.config.parts->settings.rules;
  const auto order = parse_button(x.custom_id);
  if (order.what == button_order::kind::unknown)
    return tell_privately(self, x, "I do not know this button any more.");
  if (x.user != order.owner && rules.admins.count(x.user) == 0)
    return tell_privately(self, x, "Only the person who asked for this job can do that.");
  const auto e = errand_of(x, order);
  spdlog::info("event=button_pressed interaction={} user={} job_id={} order={}", to_string(x.id), to_string(x.user),
               log_value(order.job_id), log_value(e.text.substr(0, e.text.find(' '))));
  self->state.errands[x.id] = e;
  keep_then(self, {keep_errand{e}}, sequence, [self, x, e](bool) {
    respond(self, response_to(x, kind::acknowledge_button), [self, e](const outcome<discord_answer>& answer) {
      if (is_too_late(answer) || is_answered_already(answer))
        return drop_interaction(self, e); // another process with the same token obeys it
      hand_to_conversation(self, e, false);
    });
  });
}

/// The jobs that the person has asked for, the newest first.
std::vector<command_choice> job_choices(const intake_state& state, snowflake user) {
  std::vector<command_choice> choices;
  for (auto at = state.errands.rbegin(); at != state.errands.rend(); ++at)
    if (const auto& id = at->second.job_id; at->second.user == user && !id.empty())
      choices.push_back({id, id});
  return choices;
}

void offer_choices(intake* self, const discord_interaction& x) {
  const auto at = std::find_if(x.options.begin(), x.options.end(), [](const auto& o) { return o.focused; });
  if (at == x.options.end())
    return respond(self, response_to(x, kind::choices));
  const auto offer = [self, x, typed = at->value](const std::vector<command_choice>& all) {
    auto call = response_to(x, kind::choices);
    call.choices = matching_choices(all, typed);
    respond(self, std::move(call));
  };
  if (at->name == "job_id")
    return offer(job_choices(self->state, x.user));
  const auto what = at->name == "repo" ? ask_choices::kind::repos : ask_choices::kind::models;
  self->request(self->state.config.lookout, broker_time_max, ask_choices{what})
      .then([offer](const told<std::vector<command_choice>>& all) { offer(*all.what); },
            [offer](const caf::error&) { offer({}); });
}

/// @param plain whether they are without what only Discord itself takes. Other servers refuse a list that has it.
void send_commands(intake* self, const discord_call& call, const std::string& digest, bool plain) {
  const auto answered = [self, call, digest, plain](const told<discord_answer>& x) {
    if (x.what && x.what->status == bad_request && !plain) {
      auto simple = call;
      simple.commands = plain_commands(std::move(simple.commands));
      return send_commands(self, simple, digest, true);
    }
    if (!x.what || !x.what->ok())
      return; // discord_rest has logged it; the next start tries again
    self->state.config.memory.commands_digest = digest;
    caf::anon_send(self->state.config.parts->store, bot_changes{{keep_commands_digest{digest}}});
  };
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{call, call_rank::status})
      .then(answered, [](const caf::error&) {});
}

} // namespace

/// One that is acknowledged already goes on: by an earlier process, or by another one with the same token, whose every
/// step is the same.
void acknowledge_command(intake* self, const errand& x) {
  auto call = response_to(x, kind::acknowledge);
  call.message_out.private_reply = x.private_reply;
  respond(self, std::move(call), [self, x](const outcome<discord_answer>& answer) {
    if (is_too_late(answer))
      return drop_interaction(self, x);
    admit_errand(self, x, 0, is_answered_already(answer));
  });
}

void register_commands(intake* self) {
  auto& state = self->state;
  const auto& settings = state.config.parts->settings;
  discord_call call;
  call.what = kind::register_commands;
  call.application = state.application;
  call.guild = settings.slash_guild;
  if (settings.slash_commands)
    call.commands = slash_commands();
  const auto digest = slash_digest(call.commands, call.application, call.guild);
  auto& known = state.config.memory.commands_digest;
  const bool never_offered = !settings.slash_commands && known.empty();
  if (known == digest || never_offered || !is_set(state.application))
    return;
  send_commands(self, call, digest, false);
}

void take_interaction(intake* self, discord_interaction x, uint64_t sequence) {
  const auto& rules = self->state.config.parts->settings.rules;
  const auto known = self->state.parents.find(x.channel);
  if (known == self->state.parents.end() && needs_parent(x, rules))
    return ask_parent(self, x.channel, sequence, [self, x, sequence] { take_interaction(self, x, sequence); });
  if (known != self->state.parents.end() && !is_set(x.parent))
    x.parent = known->second;
  const auto heard = hearing_of(x, rules);
  if (x.what == discord_interaction::kind::choices)
    return heard == hearing::take ? offer_choices(self, x) : respond(self, response_to(x, kind::choices));
  if (self->state.errands.count(x.id) != 0)
    return; // a repeated event
  if (heard != hearing::take)
    return tell_privately(self, x, "You are not authorized to use this bot.");
  if (x.what == discord_interaction::kind::command)
    return take_command(self, x, sequence);
  if (x.what == discord_interaction::kind::button)
    return take_button(self, x, sequence);
}

} // namespace claw
